"""What the chat widget costs the page that it is on, by Lighthouse."""
