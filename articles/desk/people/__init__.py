"""People of the desk: how they come in, where they are logged in, and what happens when they leave.

``roles`` says who may manage whom; nothing here asks for it but the verbs that name who takes them.
"""
