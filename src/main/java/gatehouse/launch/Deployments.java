package gatehouse.launch;

import gatehouse.problem.Problem;
import io.micrometer.core.instrument.Counter;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The verticles of the manifest, deployed. One is redeployed by starting its successor first: only when that is up does the
 * former one end what it has begun, and go. Changes come one after another; see {@link Node}.
 */
public final class Deployments {
    private static final long LEAVE_SECONDS = 3;

    private static final Logger LOG = LoggerFactory.getLogger(Deployments.class);

    /** What is deployed together, in the order in which it has to be. */
    private static final List<Predicate<Manifest.Entry>> IN_ORDER =
            List.of(Deployments::isForeign, BuiltIn.REGISTRY::isMainOf, Deployments::takesRequests);

    private final Vertx vertx;
    private final Node node;
    private final Launcher launcher;
    private final Map<String, Deployed> running = Collections.synchronizedMap(new LinkedHashMap<>());
    private final Set<Future<?>> leaving = ConcurrentHashMap.newKeySet();
    private volatile Manifest manifest;

    Deployments(Vertx vertx, Node node, Launcher launcher, Manifest manifest) {
        this.vertx = vertx;
        this.node = node;
        this.launcher = launcher;
        this.manifest = manifest;
    }

    /** What is meant to run. */
    Manifest manifest() {
        return manifest;
    }

    /** Deploys what does not belong to the gateway. Before the services begin to probe: it may be one of their targets. */
    Future<Void> startOthers() {
        return start(Deployments::isForeign);
    }

    /** Deploys the registry, if it runs here. Before the services that follow it begin. */
    Future<Void> startRegistry() {
        return start(BuiltIn.REGISTRY::isMainOf);
    }

    /** Deploys what takes requests. */
    Future<Void> startOwn() {
        return start(Deployments::takesRequests);
    }

    private static boolean isForeign(Manifest.Entry entry) {
        return BuiltIn.named(entry.main()) == null;
    }

    private static boolean takesRequests(Manifest.Entry entry) {
        return !isForeign(entry) && !BuiltIn.REGISTRY.isMainOf(entry);
    }

    private Future<Void> start(Predicate<Manifest.Entry> which) {
        Future<Void> chain = Future.succeededFuture();
        for (var entry : manifest.verticles().entrySet()) {
            if (entry.getValue().enabled() && which.test(entry.getValue())) {
                chain = chain.compose(before -> begin(entry.getKey(), entry.getValue()));
            }
        }
        return chain;
    }

    /** What others have written has its name told where it does not start. */
    private Future<Void> begin(String name, Manifest.Entry entry) {
        return replace(name, entry)
                .recover(cause ->
                        Future.failedFuture(isForeign(entry) ? new NotDeployedException(Map.of(name, cause)) : cause));
    }

    /**
     * Makes what runs as the manifest says: what has changed is redeployed, what it lacks ends, the rest is not touched.
     *
     * @return fails with {@link NotDeployedException} when something does not start; what ran in its place still does
     */
    Future<Void> adopt(Manifest next) {
        return vertx.executeBlocking(() -> changed(next), false).compose(changed -> {
            manifest = next; // what starts looks at it
            var wanted = next.verticles();
            var failed = new LinkedHashMap<String, Throwable>();
            Future<Void> chain = Future.succeededFuture();
            for (var which : IN_ORDER) {
                for (var name : changed) {
                    var entry = wanted.get(name);
                    if (entry != null && which.test(entry)) {
                        chain = chain.compose(before -> replace(name, entry).recover(cause -> {
                            failed.put(name, cause);
                            return Future.succeededFuture();
                        }));
                    }
                }
            }
            return chain.compose(done -> {
                leaveOut(wanted);
                return failed.isEmpty()
                        ? Future.succeededFuture()
                        : Future.failedFuture(new NotDeployedException(failed));
            });
        });
    }

    private List<String> changed(Manifest next) {
        var changed = new ArrayList<String>();
        var paths = next.runs(BuiltIn.REGISTRY)
                != manifest.runs(BuiltIn.REGISTRY); // those of the registry are the admin API's
        next.verticles().forEach((name, entry) -> {
            var now = running.get(name);
            var other = now == null || now.differsFrom(entry) || (paths && BuiltIn.ADMIN.isMainOf(entry));
            if (entry.enabled() && other) {
                changed.add(name);
            }
        });
        return changed;
    }

    private void leaveOut(Map<String, Manifest.Entry> wanted) {
        for (var deployed : all()) {
            var entry = wanted.get(deployed.name());
            if (entry == null || !entry.enabled()) {
                running.remove(deployed.name());
                LOG.info("{} runs no more", deployed.name());
                end(deployed);
            }
        }
    }

    /**
     * Starts the successor of what runs under a name.
     *
     * @return what runs now; fails with {@link NotDeployedException} when that did not start, and the former one still serves
     */
    Future<Void> redeploy(String name) {
        var now = running.get(name);
        if (now == null) {
            return Future.failedFuture(
                    Problem.notFound("Nothing of this name runs here.").asFailure());
        }
        return replace(name, now.entry())
                .recover(cause -> Future.failedFuture(new NotDeployedException(Map.of(name, cause))));
    }

    private Future<Void> replace(String name, Manifest.Entry entry) {
        var former = running.get(name);
        var generation = former == null ? 1 : former.generation() + 1;
        return launcher.start(name, entry, generation, node.startTimeout(), this::cameLate)
                .onComplete(started -> count(name, generation, started.succeeded()))
                .map(deployed -> {
                    takeOver(deployed);
                    return null;
                });
    }

    private void takeOver(Deployed deployed) {
        var former = running.put(deployed.name(), deployed);
        if (former != null) {
            LOG.info(
                    "{} is redeployed, generation {}; the one before ends its work",
                    deployed.name(),
                    deployed.generation());
            end(former);
        }
    }

    /** What others have written was given up. A successor of our own has the traffic by now, and would leave it to nobody. */
    private void cameLate(Deployed late) {
        if (!isForeign(late.entry()) && runs(late.name())) {
            LOG.warn("{} is up later than node.startTimeout, and runs all the same", late.name());
            takeOver(late);
        } else {
            LOG.warn("{} is up too late and is taken down again", late.name());
            end(late);
        }
    }

    private void count(String name, int generation, boolean succeeded) {
        if (generation > 1 || !succeeded) {
            Counter.builder("gatehouse.redeploys")
                    .description("Redeployments of verticles.")
                    .tag("verticle", name)
                    .tag("outcome", succeeded ? "done" : "failed")
                    .register(node.metrics().registry())
                    .increment();
        }
    }

    private void end(Deployed former) {
        var ending = vertx.undeploy(former.id()).onFailure(cause -> LOG.warn("{} ended badly", former.name(), cause));
        leaving.add(ending);
        ending.onComplete(gone -> leaving.remove(ending));
    }

    /** Answers whoever waits at the admin API for something to happen; clients of listeners are told by those. */
    Future<Void> announceEnd() {
        return launcher.announceEnd();
    }

    /** Undeploys everything, the last one first. */
    Future<Void> stop() {
        var ending = all();
        Collections.reverse(ending);
        running.clear();
        Future<Void> chain = Future.succeededFuture();
        for (var deployed : ending) {
            var mayHang = takesRequests(deployed.entry());
            chain = chain.transform(
                    before -> mayHang ? soon(vertx.undeploy(deployed.id())) : vertx.undeploy(deployed.id()));
        }
        return chain.transform(gone -> soon(Future.join(List.copyOf(leaving)).mapEmpty()));
    }

    /** Listeners are closed by then, so nothing is under way: what hangs all the same does not keep the node from its end. */
    private static Future<Void> soon(Future<Void> ending) {
        return ending.timeout(LEAVE_SECONDS, TimeUnit.SECONDS);
    }

    /** Where that runs which carries no traffic. */
    SideLoop sideLoop() {
        return launcher.side();
    }

    /** Whether something runs under a name. */
    boolean runs(String name) {
        return running.containsKey(name);
    }

    /** What is deployed. */
    List<Deployed> all() {
        synchronized (running) {
            return new ArrayList<>(running.values());
        }
    }
}
