"""The routes, one file for each thing that is asked, and the bodies that are sent to them."""
