package gatehouse.policy.auth;

import io.vertx.core.Future;

/** Where keys come from. Thread-safe. */
interface KeySource {
    /** The keys that are good now; may be none. */
    KeySet keys();

    /**
     * The keys after another look, where one is due.
     *
     * @return completes on any thread, with the keys there are then
     */
    Future<KeySet> lookAgain();

    /** Keys that stay as they are. */
    static KeySource fixed(KeySet keys) {
        return new KeySource() {
            @Override
            public KeySet keys() {
                return keys;
            }

            @Override
            public Future<KeySet> lookAgain() {
                return Future.succeededFuture(keys);
            }
        };
    }
}
