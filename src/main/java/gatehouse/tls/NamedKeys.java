package gatehouse.tls;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the certificate for the name that a client asks for: one that has it, then one with a wildcard before the rest of
 * it, then the first of all. There is one context for all names, so that names cost nothing, however many are asked for.
 */
final class NamedKeys extends X509ExtendedKeyManager {
    private final List<Credential> credentials;
    private final Map<String, List<Integer>> byName = new HashMap<>();

    NamedKeys(List<Credential> credentials) {
        this.credentials = List.copyOf(credentials);
        for (var i = 0; i < credentials.size(); i++) {
            for (var name : credentials.get(i).names()) {
                byName.computeIfAbsent(name, any -> new ArrayList<>()).add(i);
            }
        }
    }

    @Override
    public @Nullable String chooseEngineServerAlias(
            String keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
        var name = engine == null ? null : asked(engine);
        var candidates = name == null ? null : candidates(name);
        if (candidates != null) {
            return ofType(candidates, keyType);
        }
        return is(credentials.get(0), keyType) ? "0" : null;
    }

    private @Nullable List<Integer> candidates(String name) {
        var exact = byName.get(name);
        var dot = name.indexOf('.');
        return exact != null || dot < 0 ? exact : byName.get("*" + name.substring(dot));
    }

    private @Nullable String ofType(List<Integer> candidates, String keyType) {
        for (var index : candidates) {
            if (is(credentials.get(index), keyType)) {
                return index.toString();
            }
        }
        return null;
    }

    private static boolean is(Credential credential, String keyType) {
        var has = credential.key().getAlgorithm();
        return has.equals(keyType) || (has.equals("EdDSA") && keyType.startsWith("Ed"));
    }

    private static @Nullable String asked(SSLEngine engine) {
        if (engine.getHandshakeSession() instanceof ExtendedSSLSession session) {
            for (var name : session.getRequestedServerNames()) {
                if (name instanceof SNIHostName host) {
                    return host.getAsciiName().toLowerCase(Locale.ROOT);
                }
            }
        }
        return null;
    }

    @Override
    public @Nullable String chooseEngineClientAlias(
            String[] keyTypes, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
        for (var type : keyTypes) {
            if (is(credentials.get(0), type)) {
                return "0";
            }
        }
        return null;
    }

    @Override
    public X509Certificate @Nullable [] getCertificateChain(String alias) {
        return credentials.get(Integer.parseInt(alias)).chain().toArray(new X509Certificate[0]);
    }

    @Override
    public @Nullable PrivateKey getPrivateKey(String alias) {
        return credentials.get(Integer.parseInt(alias)).key();
    }

    @Override
    public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
        return null;
    }

    @Override
    public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
        return null;
    }

    @Override
    public @Nullable String chooseClientAlias(
            String[] keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return null;
    }

    @Override
    public @Nullable String chooseServerAlias(String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return null;
    }
}
