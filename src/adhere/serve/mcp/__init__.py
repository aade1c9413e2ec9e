"""Over the Model Context Protocol: `search` and `fetch` as research connectors call them, and `retrieve`."""
