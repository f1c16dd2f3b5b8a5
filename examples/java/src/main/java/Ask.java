import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import software.amazon.awssdk.services.eventbridge.EventBridgeClient;
import software.amazon.awssdk.services.eventbridge.model.PutEventsRequestEntry;

/** Ask FILE: asks by events for the pre-signs in FILE, a list of {"request_id": …, "body": …}. */
final class Ask {
    /** What PutEvents takes at most. */
    private static final int ENTRIES = 10;
    private static final int ATTEMPTS = 5;

    private static PutEventsRequestEntry entryOf(String detail) {
        return PutEventsRequestEntry.builder()
            .eventBusName(System.getenv("PRESIGN_BUS")).source("toll.enrolment")
            .detailType("VehicleEtcPreopenRequested").detail(detail).build();
    }

    /** Returns once the bus has taken all of at most ten. A 200 says nothing of the entries: each has its own result. */
    private static void put(EventBridgeClient client, List<PutEventsRequestEntry> entries) throws InterruptedException {
        for (var attempt = 1;; attempt++) {
            var asked = entries;
            var answer = client.putEvents(call -> call.entries(asked));
            if (answer.failedEntryCount() == 0) {
                return;
            }
            var left = new ArrayList<PutEventsRequestEntry>();
            var codes = new ArrayList<String>();
            for (var i = 0; i < asked.size(); i++) {
                var result = answer.entries().get(i);
                if (result.eventId() == null) {
                    left.add(asked.get(i));
                    codes.add(result.errorCode());
                }
            }
            if (attempt == ATTEMPTS) {
                throw new IllegalStateException("EventBridge did not take " + left.size() + " entries: " + codes);
            }
            entries = left;
            Thread.sleep(ThreadLocalRandom.current().nextLong(100L << attempt));
        }
    }

    /** Fails when the bus has not taken all. Ask again for all of them then: the same request_id is one request. */
    public static void main(String[] arguments) throws Exception {
        var entries = new ArrayList<PutEventsRequestEntry>();
        for (var request : new ObjectMapper().readTree(Path.of(arguments[0]).toFile())) {
            entries.add(entryOf(request.toString()));
        }
        try (var client = EventBridgeClient.create()) {
            for (var at = 0; at < entries.size(); at += ENTRIES) {
                put(client, entries.subList(at, Math.min(at + ENTRIES, entries.size())));
            }
        }
    }
}
