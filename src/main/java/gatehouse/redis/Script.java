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
