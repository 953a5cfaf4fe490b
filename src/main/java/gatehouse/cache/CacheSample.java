package gatehouse.cache;

/**
 * What the cache of a node has done since its start, and holds now.
 *
 * @param entries URLs of which something is stored
 * @param bytes bytes stored, about
 * @param mostBytes bytes that may be stored
 * @param hits requests answered by a stored response, stale ones too
 * @param stale those of them whose response was stale
 * @param misses requests for which a service was asked or waited for
 * @param passed requests that the cache let pass: other methods, other people's business
 * @param waits requests that waited for another one's fetch
 * @param fetches requests to services on behalf of the cache
 * @param refreshes those of them behind an answer or before an expiry
 * @param stored responses stored
 * @param refused responses not stored because a purge or a later one came first
 * @param purged responses that purges met
 * @param fetching fetches under way that others may wait for
 * @param collecting bytes of bodies on their way into the store
 */
public record CacheSample(
        long entries,
        long bytes,
        long mostBytes,
        long hits,
        long stale,
        long misses,
        long passed,
        long waits,
        long fetches,
        long refreshes,
        long stored,
        long refused,
        long purged,
        long fetching,
        long collecting) {}
