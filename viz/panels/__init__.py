"""The margin of the map: bars, the timeline dock, the side panel, pop-ups and dialogs. No panel knows another."""
