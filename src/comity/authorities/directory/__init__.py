"""The directory of authorities: cards listed by several founders together, by threshold, after The Update Framework.

No single founder can list, change or withdraw an authority; nobody can roll it back, freeze it or mix parts of two
versions without its being seen (TUF specification 1.0, 5.3 to 5.6). Pure: bytes in, a directory or an error out.
"""
