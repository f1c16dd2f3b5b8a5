import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/** Java's regex engine on the lines of patterns.mjs, from standard input. */
final class Patterns {
    public static void main(String[] arguments) throws IOException {
        var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        var count = 0;
        for (String line; (line = lines.readLine()) != null; count++) {
            var parts = line.split("\t", -1);
            if (Pattern.compile(parts[0]).matcher(parts[1]).find() != Boolean.parseBoolean(parts[2])) {
                throw new IllegalStateException("Java reads " + parts[0] + " otherwise");
            }
        }
        System.out.println("regex of Java: " + count + " as in JavaScript");
    }
}
