package com.acme;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.json.JsonObject;

/** Answers how much of an item is in stock: a small service that lives in the gateway's process. */
public class StockVerticle extends VerticleBase {
    @Override
    public Future<?> start() {
        int port = config().getInteger("port");
        int pieces = config().getInteger("pieces", 0);
        return vertx.createHttpServer()
                .requestHandler(request -> request.response()
                        .putHeader("Content-Type", "application/json")
                        .end(new JsonObject()
                                .put("item", request.path().substring(1))
                                .put("pieces", pieces)
                                .encode()))
                .listen(port, "127.0.0.1"); // the gateway is ready when this is
    }
}
