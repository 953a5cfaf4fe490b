package gatehouse.config;

import java.time.Duration;
import java.util.List;

/** The store of responses on this node, and what bounds it. What is cached, routes say. */
public record CacheConfig(
        @Key(doc = "Most bytes of stored responses.", value = "64MiB", min = 0)
        Size bytes,

        @Key(
                doc = "Largest body that is stored; what is larger streams through without being collected.",
                value = "1MiB",
                min = 0,
                max = 1_073_741_824)
        Size entry,

        @Key(doc = "Longest path and query of a response that is stored.", value = "4KiB", min = 16, max = 1_048_576)
        Size key,

        @Key(doc = "Most responses stored for one URL that differ by `Vary`.", value = "16", min = 1, max = 1000)
        int variants,

        @Key(doc = "Longest time that a response counts as fresh, whatever its service says.", value = "1d", min = 0)
        Duration maxTtl,

        @Key(
                doc = "Most fetches that others may wait for; with more under way a request is sent on its own.",
                value = "10000",
                min = 1,
                max = 1_000_000)
        int fetches,

        @Key(
                doc =
                        "Most bytes of bodies that are collected at one time to be stored; what finds no room streams through.",
                value = "64MiB",
                min = 0)
        Size collecting,

        @Key(
                doc =
                        "For how long requests for something that turned out not to be shareable are not made to wait for each"
                                + " other.",
                value = "10s",
                min = 0,
                weaker = Weaker.NEVER)
        Duration uncacheable,

        @Key(
                doc = "How long a purge waits for each other node of the cluster to confirm it.",
                value = "2s",
                min = 1,
                weaker = Weaker.NEVER)
        Duration confirm,

        @Key(
                doc =
                        "Full URLs that are fetched at the start and after each purge, on nodes with `CacheRefreshVerticle`.")
        List<String> warm) {}
