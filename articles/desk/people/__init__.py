"""People of the desk: how they get access, their sessions, and what happens when they leave.

``roles`` says who may manage whom; only functions that take ``by`` check it.
"""
