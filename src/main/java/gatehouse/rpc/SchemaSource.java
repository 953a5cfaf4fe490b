package gatehouse.rpc;

import gatehouse.exchange.Exchange;
import gatehouse.exchange.Reply;
import io.vertx.core.Future;
import java.util.function.Function;

/** Where a schema comes from. Shared by all event loops. */
interface SchemaSource {
    /**
     * The schema as it is known.
     *
     * @param asker the exchange that wants it
     * @param next sends an exchange to the service
     */
    Future<Schema> get(Exchange asker, Function<Exchange, Future<Reply>> next);

    /**
     * The schema as it is now, where something was asked for that it did not have a moment ago: another one if the service has changed.
     *
     * @param known what did not have it
     */
    Future<Schema> anew(Schema known, Exchange asker, Function<Exchange, Future<Reply>> next);

    /** Something did not fit: the service may have changed. Who comes next need not wait for that. */
    void doubt(Schema known);

    /** One that never changes. */
    static SchemaSource of(Schema schema) {
        Future<Schema> known = Future.succeededFuture(schema);
        return new SchemaSource() {
            @Override
            public Future<Schema> get(Exchange asker, Function<Exchange, Future<Reply>> next) {
                return known;
            }

            @Override
            public Future<Schema> anew(Schema same, Exchange asker, Function<Exchange, Future<Reply>> next) {
                return known;
            }

            @Override
            public void doubt(Schema ignored) {
                // it is what the file says
            }
        };
    }
}
