package gatehouse.redis;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** What Redis does at once, so that nobody comes between a look and a write (EVAL). */
enum Script {
    /** For each key number, value and age in milliseconds, or nothing. */
    READ("""
            local found = {}
            for i, key in ipairs(KEYS) do
              local v = redis.call('hmget', key, 'n', 'v', 'l')
              if v[1] then found[i] = {v[1], v[2], v[3] - redis.call('pttl', key)} else found[i] = {} end
            end
            return found
            """),
    /** Key; number, value, life. */
    COMMIT("""
            local n = redis.call('hget', KEYS[1], 'n')
            if n and tonumber(n) >= tonumber(ARGV[1]) then return 0 end
            redis.call('hset', KEYS[1], 'n', ARGV[1], 'v', ARGV[2], 'l', ARGV[3])
            redis.call('pexpire', KEYS[1], ARGV[3])
            return 1
            """),
    /**
     * Key of the lease, key of its number; number to be above, life. Whether it is given, number, what is left of it. Microseconds fit
     * a number of Lua until 2255.
     */
    ACQUIRE("""
            local t = redis.call('time')
            local n = math.max(t[1] * 1000000 + t[2], (redis.call('get', KEYS[2]) or 0) + 1, ARGV[1] + 1)
            local s = string.format('%.0f', n)
            if not redis.call('set', KEYS[1], s, 'NX', 'PX', ARGV[2]) then
              return {0, tonumber(redis.call('get', KEYS[1])), redis.call('pttl', KEYS[1])}
            end
            redis.call('set', KEYS[2], s, 'PX', 3600000)
            return {1, n, tonumber(ARGV[2])}
            """),
    /** Key of the lease; number, life. */
    EXTEND("""
            if redis.call('get', KEYS[1]) ~= ARGV[1] then return 0 end
            return redis.call('pexpire', KEYS[1], ARGV[2])
            """),
    /** Key of the lease; number. */
    RELEASE("""
            if redis.call('get', KEYS[1]) ~= ARGV[1] then return 0 end
            return redis.call('del', KEYS[1])
            """),
    /** Stream, lengths of its messages with their sum under no name; id, text, most messages, most bytes, life. */
    TELL("""
            if redis.call('hexists', KEYS[2], ARGV[1]) == 1 then return 0 end
            redis.call('xadd', KEYS[1], '*', 'i', ARGV[1], 't', ARGV[2])
            redis.call('hset', KEYS[2], ARGV[1], #ARGV[2])
            local bytes = redis.call('hincrby', KEYS[2], '', #ARGV[2])
            local count = redis.call('xlen', KEYS[1])
            while count > 1 and (count > tonumber(ARGV[3]) or bytes > tonumber(ARGV[4])) do
              local old = redis.call('xrange', KEYS[1], '-', '+', 'COUNT', 1)[1]
              redis.call('xdel', KEYS[1], old[1])
              redis.call('hdel', KEYS[2], old[2][2])
              bytes = redis.call('hincrby', KEYS[2], '', -#old[2][4])
              count = count - 1
            end
            redis.call('pexpire', KEYS[1], ARGV[5])
            redis.call('pexpire', KEYS[2], ARGV[5])
            return 1
            """),
    /** Stream. */
    TOLD("""
            local told = {}
            for i, entry in ipairs(redis.call('xrange', KEYS[1], '-', '+')) do
              told[2 * i - 1] = entry[2][2]
              told[2 * i] = entry[2][4]
            end
            return told
            """),
    /**
     * An account: when it was looked at last, in microseconds, and how far it was from whole then, in nanoseconds. What one unit costs, how
     * far it may be from whole, units spent, units wanted. Answers units lent and how far it is now. The clock is that of Redis.
     */
    LEND("""
            local t = redis.call('time')
            local now = t[1] * 1000000 + t[2]
            local cost, most, spent, want = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
            local debt = 0
            local at, owed = string.match(redis.call('get', KEYS[1]) or '', '^(%d+) (%d+)$')
            if at then debt = math.min(tonumber(owed), 3 * most) - math.max(0, now - at) * 1000 end
            debt = math.max(0, math.max(0, debt) + spent * cost)
            local granted = math.max(0, math.min(want, math.floor((most - debt) / cost)))
            debt = debt + granted * cost
            if debt == 0 then
              redis.call('del', KEYS[1])
            elseif granted ~= 0 or spent ~= 0 then
              redis.call('set', KEYS[1], string.format('%.0f %.0f', now, debt), 'PX', math.ceil(debt / 1000000) + 1000)
            end
            return {granted, debt}
            """),
    /** Nodes by the end of their time, and the key that they have in common; a node, how long it counts, the key that it knows. */
    MEET("""
            local t = redis.call('time')
            local now = t[1] * 1000 + math.floor(t[2] / 1000)
            redis.call('zremrangebyscore', KEYS[1], '-inf', now)
            redis.call('zadd', KEYS[1], now + ARGV[2], ARGV[1])
            redis.call('set', KEYS[2], ARGV[3], 'NX')
            return {redis.call('zcard', KEYS[1]), redis.call('get', KEYS[2])}
            """),
    /** Nodes; one that goes. */
    PART("""
            return redis.call('zrem', KEYS[1], ARGV[1])
            """),
    /** Values by key, ends of their time by key; a key. */
    LOOK("""
            local t = redis.call('time')
            local till = redis.call('zscore', KEYS[2], ARGV[1])
            if not till or tonumber(till) <= t[1] * 1000 + math.floor(t[2] / 1000) then return false end
            return redis.call('hget', KEYS[1], ARGV[1])
            """),
    /** The same; a key, its value, its life. Those of others that are over go, some at a time. */
    KEEP("""
            local t = redis.call('time')
            local now = t[1] * 1000 + math.floor(t[2] / 1000)
            for i, key in ipairs(redis.call('zrangebyscore', KEYS[2], '-inf', now, 'LIMIT', 0, 100)) do
              redis.call('hdel', KEYS[1], key)
              redis.call('zrem', KEYS[2], key)
            end
            redis.call('hset', KEYS[1], ARGV[1], ARGV[2])
            redis.call('zadd', KEYS[2], now + ARGV[3], ARGV[1])
            return 1
            """),
    /** Values by key, ends of their time by key. */
    ALL("""
            local t = redis.call('time')
            local now = t[1] * 1000 + math.floor(t[2] / 1000)
            local found = {}
            for i, key in ipairs(redis.call('zrangebyscore', KEYS[2], now + 1, '+inf')) do
              local value = redis.call('hget', KEYS[1], key)
              if value then
                found[#found + 1] = key
                found[#found + 1] = value
              end
            end
            return found
            """);

    private final String text;
    private final String digest;

    Script(String text) {
        this.text = text;
        try {
            digest = HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-1").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    String text() {
        return text;
    }

    /** What Redis knows it by once it has seen it. */
    String digest() {
        return digest;
    }
}
