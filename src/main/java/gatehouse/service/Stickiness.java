package gatehouse.service;

import gatehouse.config.BalanceConfig.Sticky;
import gatehouse.exchange.RequestHead;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Cookies that keep a client at its target. A cookie holds an HMAC of the target's name, cut to 128 bits: it tells a client
 * nothing about the network, cannot be made up, and needs no table, so every node with the same key understands it.
 */
final class Stickiness {
    private static final int TOKEN_BYTES = 16;

    private final String service;
    private final @Nullable String cookie;
    private final byte[] key;

    Stickiness(String service, @Nullable Sticky config, byte[] key) {
        this.service = service;
        this.cookie = config == null ? null : config.cookie();
        this.key = key.clone();
    }

    /** Value of the request's cookie, or null where it has none or the service is not sticky. */
    @Nullable String token(RequestHead head) {
        if (cookie == null) {
            return null;
        }
        var header = head.header("cookie");
        var start = header == null ? -1 : CookieHeader.find(header, cookie);
        return header == null || start < 0 ? null : header.substring(start, CookieHeader.end(header, start));
    }

    /** What a target with this id gives to its clients. */
    Badge badge(String id) {
        if (cookie == null) {
            return new Badge(id, "", "");
        }
        var token = sign(service + '\n' + id);
        return new Badge(id, token, cookie + "=" + token + "; Path=/; HttpOnly; SameSite=Lax");
    }

    private String sign(String text) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            var full = mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(full, TOKEN_BYTES));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has HmacSHA256", e);
        }
    }
}
