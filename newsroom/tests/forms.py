"""Forms of the admin as a browser sends them."""


def loaded(client, address):
    """What a form's page hides in it: the marks of what it was loaded from; none for who may not change it."""
    return {"_loaded": (client.get(address).context or {}).get("loaded", "")}
