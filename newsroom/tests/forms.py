"""Forms of the admin as a browser sends them."""


def loaded(client, address):
    """What a form's page hides in it: the marks of what it was loaded from."""
    return {"_loaded": client.get(address).context["loaded"]}
