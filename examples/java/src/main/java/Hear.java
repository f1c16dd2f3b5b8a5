import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.Message;

/**
 * Hear FOLDER: keeps each outcome and notification that comes to the queue once, as a file in FOLDER. It may be killed at
 * any time: what was kept and not yet deleted comes again, and is known.
 */
final class Hear {
    private static final String QUEUE = System.getenv("PRESIGN_QUEUE_URL");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final SqsClient sqs = SqsClient.create();
    private final Path folder;

    Hear(Path folder) {
        this.folder = folder;
    }

    /**
     * What an event is known by: SQS, EventBridge and WeChat Pay may each bring it twice.
     *
     * @throws IOException when it is none of ours.
     */
    private static List<String> identityOf(String text) throws IOException {
        var event = JSON.readTree(text);
        var detail = event.path("detail");
        var identity = detail.has("notification_id")
            ? Stream.of(detail.path("mchid"), detail.path("notification_id"))
            : Stream.of(event.path("detail-type"), detail.path("mchid"), detail.path("request_id"));
        var parts = identity.map(JsonNode::textValue).toList();
        if (parts.contains(null)) {
            throw new IOException("no event of this service");
        }
        return parts;
    }

    /**
     * Keeps the event as it came; numbers above 2^53 stay whole. Your database stands here: an INSERT with the identity as
     * primary key, in the transaction that changes your contract.
     *
     * @return whether it is new.
     */
    private boolean keep(List<String> identity, String text) throws IOException, NoSuchAlgorithmException {
        var id = MessageDigest.getInstance("SHA-256").digest(JSON.writeValueAsBytes(identity));
        // Java makes it readable to its owner alone.
        var draft = Files.createTempFile(folder, "", ".draft");
        try {
            Files.writeString(draft, text, StandardCharsets.UTF_8);
            try (var file = FileChannel.open(draft, StandardOpenOption.WRITE)) {
                file.force(true);
            }
            // Never over a file that is there, and never half of one.
            Files.createLink(folder.resolve(HexFormat.of().formatHex(id) + ".json"), draft);
            return true;
        } catch (FileAlreadyExistsException known) {
            return false;
        } finally {
            Files.delete(draft);
        }
    }

    private void handle(Message message) {
        try {
            var identity = identityOf(message.body());
            var isNew = keep(identity, message.body());
            // Only now: what is deleted before it is kept is lost.
            sqs.deleteMessage(call -> call.queueUrl(QUEUE).receiptHandle(message.receiptHandle()));
            System.out.println((isNew ? "new " : "known ") + String.join(" ", identity));
        } catch (IOException | NoSuchAlgorithmException | SdkException error) {
            // It comes again, and is a dead letter of your queue after some receives. No text of it: it may hold personal data.
            System.err.printf("message %s stays: %s%n", message.messageId(), error.getClass().getSimpleName());
        }
    }

    private void hear() throws InterruptedException {
        while (true) {
            try {
                sqs.receiveMessage(call -> call.queueUrl(QUEUE).maxNumberOfMessages(10).waitTimeSeconds(20))
                    .messages().forEach(this::handle);
            } catch (SdkException error) {
                System.err.println("the queue cannot be read: " + error.getClass().getSimpleName());
                Thread.sleep(1_000);
            }
        }
    }

    public static void main(String[] arguments) throws Exception {
        var folder = Files.createDirectories(Path.of(arguments[0]));
        new Hear(folder).hear();
    }
}
