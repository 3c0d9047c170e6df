"""The demo: a letter of request crosses a border between real nodes, and evidence comes back.

It speaks to the nodes only through their public API, their command line and the mail; it has no way in of its own.
"""
