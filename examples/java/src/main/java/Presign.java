import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;

/** Presign KEY FILE: pre-signs the ETC user whose request body is in FILE, under the Idempotency-Key KEY. */
final class Presign {
    /** The service answers within 20 s, API Gateway within 30. */
    private static final Duration ATTEMPT = Duration.ofSeconds(29);
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final long BASE_MS = 500;
    private static final long MOST_MS = 20_000;

    private static final URI ADDRESS = URI.create(System.getenv("PRESIGN_API") + "/v3/vehicle/etc/preopen");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http = HttpClient.newHttpClient();
    private final AwsV4HttpSigner signer = AwsV4HttpSigner.create();
    private final AwsCredentialsProvider credentials = DefaultCredentialsProvider.builder().build();

    /** The request was refused for good; uncertain when an earlier attempt had no answer: WeChat Pay may have made it then. */
    static final class Refused extends Exception {
        Refused(String why) {
            super(why);
        }
    }

    /**
     * A fault after which the same request may go better. {@code afterMs}: the least that the service asks us to wait.
     * {@code unknown}: whether WeChat Pay may have been asked.
     */
    private static final class Passing extends Exception {
        final long afterMs;
        final boolean unknown;

        Passing(String why, long afterMs, boolean unknown) {
            super(why);
            this.afterMs = afterMs;
            this.unknown = unknown;
        }
    }

    /**
     * Asks until there is a final answer, always with the same key and the same bytes, and returns its {@code launch}.
     *
     * @throws IllegalStateException when there is none in two minutes: keep key and body, and ask again later. Whether
     *     WeChat Pay has made the pre-sign is not known until then.
     */
    JsonNode presign(String key, byte[] body) throws Refused, JsonProcessingException, InterruptedException {
        var end = Instant.now().plus(PATIENCE);
        var uncertain = false;
        for (var attempts = 1;; attempts++) {
            try {
                return attempt(key, body);
            } catch (Refused refusal) {
                throw uncertain ? new Refused(refusal.getMessage() + ", uncertain") : refusal;
            } catch (Passing fault) {
                uncertain = uncertain || fault.unknown;
                // Full jitter: callers that failed together do not come back together.
                var ceiling = Math.min(MOST_MS, BASE_MS << Math.min(attempts, 10));
                var delay = Math.max(fault.afterMs, ThreadLocalRandom.current().nextLong(ceiling));
                System.err.printf("%s: attempt %d: %s%n", key, attempts, fault.getMessage());
                if (Instant.now().plusMillis(delay).isAfter(end)) {
                    throw new IllegalStateException("no final answer; ask again later with this key and body");
                }
                Thread.sleep(delay);
            }
        }
    }

    private JsonNode attempt(String key, byte[] body) throws Refused, Passing, JsonProcessingException, InterruptedException {
        HttpResponse<String> answer;
        try {
            answer = http.send(signed(key, body), HttpResponse.BodyHandlers.ofString());
        } catch (IOException error) {
            // A time-out, or a connection that broke: WeChat Pay may have been asked all the same.
            throw new Passing("no answer", 0, true);
        }
        var status = answer.statusCode();
        if (status == 200) {
            return JSON.readTree(answer.body()).path("launch");
        }
        var code = codeOf(answer.body());
        var why = status + " " + code.orElse("without a code");
        if (status == 409 || status == 429 || status >= 500) {
            throw new Passing(why, 1_000 * secondsOf(answer), status >= 500);
        }
        if (code.isEmpty()) {
            // API Gateway's own, or somebody's in between: the service has not seen this attempt.
            throw new IllegalStateException(why + ": look at the address, the credentials and the clock");
        }
        throw new Refused(why);
    }

    private static long secondsOf(HttpResponse<?> answer) {
        return answer.headers().firstValue("Retry-After").filter(text -> text.matches("\\d{1,9}")).map(Long::parseLong).orElse(0L);
    }

    /** Signs the call with the credentials of this process, at the time of this attempt. */
    private HttpRequest signed(String key, byte[] body) {
        var unsigned = SdkHttpRequest.builder().method(SdkHttpMethod.POST).uri(ADDRESS)
            .putHeader("Content-Type", "application/json").putHeader("Idempotency-Key", key).build();
        var signed = signer.sign(call -> call.identity(credentials.resolveCredentials())
            .request(unsigned).payload(() -> new ByteArrayInputStream(body))
            .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, "execute-api")
            .putProperty(AwsV4HttpSigner.REGION_NAME, System.getenv("AWS_REGION")));
        // Over TLS API Gateway talks HTTP/2 too; one call at a time gains nothing by it.
        var request = HttpRequest.newBuilder(ADDRESS).version(HttpClient.Version.HTTP_1_1).timeout(ATTEMPT)
            .POST(HttpRequest.BodyPublishers.ofByteArray(body));
        signed.request().headers().forEach((name, values) -> {
            // The client sets it itself, to what was signed.
            if (!name.equalsIgnoreCase("Host")) {
                values.forEach(value -> request.header(name, value));
            }
        });
        return request.build();
    }

    private static Optional<String> codeOf(String body) {
        try {
            return Optional.ofNullable(JSON.readTree(body).path("code").textValue());
        } catch (JsonProcessingException error) {
            return Optional.empty();
        }
    }

    public static void main(String[] arguments) throws Exception {
        var key = arguments[0];
        try {
            // For the mini-program, as it is.
            System.out.println(new Presign().presign(key, Files.readAllBytes(Path.of(arguments[1]))));
        } catch (Refused refusal) {
            System.err.printf("%s: refused: %s%n", key, refusal.getMessage());
            System.exit(3);
        }
    }
}
