"""The one Redis client of a process, for each form of address that env.redis accepts."""

from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from django.conf import settings

PATIENCE = 0.25  # seconds for one request; a page does without the answer
SENTINEL, CLUSTER = "redis+sentinel", "redis+cluster"


def client_of_paper() -> Any:
    """Return the client for settings.REDIS_URL; it connects at the first request, and again after a failure."""
    return _client(settings.REDIS_URL)


@lru_cache(maxsize=4)
def _client(address: str) -> Any:
    import redis
    from redis.backoff import NoBackoff
    from redis.retry import Retry
    from redis.sentinel import Sentinel

    how: dict[str, Any] = {
        "socket_timeout": PATIENCE,
        "socket_connect_timeout": PATIENCE,
        "retry": Retry(NoBackoff(), 0),
    }
    scheme, _, location = address.partition("://")
    if scheme not in {SENTINEL, CLUSTER}:
        return redis.Redis.from_url(address, **how)
    url = urlsplit(f"redis://{location}")
    login, _, places = url.netloc.rpartition("@")
    user, _, password = login.partition(":")
    how |= {"username": user or None, "password": password or None}
    how |= {"ssl": True} if dict(parse_qsl(url.query)).get("tls") == "1" else {}
    hosts = [(place.rpartition(":")[0], int(place.rpartition(":")[2])) for place in places.split(",")]
    if scheme == CLUSTER:
        nodes = [redis.cluster.ClusterNode(host, port) for host, port in hosts]
        return redis.RedisCluster(startup_nodes=nodes, **how)
    name, _, number = url.path.strip("/").partition("/")
    timeouts = {key: how[key] for key in ("socket_timeout", "socket_connect_timeout")}
    return Sentinel(hosts, sentinel_kwargs=timeouts).master_for(name, db=int(number or 0), **how)
