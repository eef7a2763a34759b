"""The kinds of background work by their priority: what readers wait for goes first, what nobody waits for last."""

ANNOUNCING = 20  # caches, hubs and search engines are told what changed
MAILS = 10
USUAL = 0
PICTURES = -5  # what pages need first of them
LATER = -10  # nobody waits for it
