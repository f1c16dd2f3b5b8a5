import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.wechat.pay.java.core.Config;
import com.wechat.pay.java.core.RSAAutoCertificateConfig;
import com.wechat.pay.java.core.RSAPublicKeyConfig;
import com.wechat.pay.java.core.certificate.AutoCertificateService;
import com.wechat.pay.java.core.cipher.RSAPkcs1v15Encryptor;
import com.wechat.pay.java.core.cipher.RSAPrivacyEncryptor;
import com.wechat.pay.java.core.http.DefaultHttpClientBuilder;
import com.wechat.pay.java.core.http.HttpHeaders;
import com.wechat.pay.java.core.http.JsonRequestBody;
import com.wechat.pay.java.core.util.PemUtil;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import okhttp3.Interceptor;
import okhttp3.OkHttpClient;
import okhttp3.RequestBody;
import okhttp3.Response;
import okio.Buffer;

public class Drive {
  static Config config;

  static Map<String, ?> open(JsonObject order) throws Exception {
    var mchid = text(order, "mchid");
    if (order.has("publicKeyId")) {
      config =
          new RSAPublicKeyConfig.Builder()
              .merchantId(mchid)
              .merchantSerialNumber(text(order, "serial"))
              .privateKey(text(order, "privateKey"))
              .publicKey(text(order, "publicKey"))
              .publicKeyId(text(order, "publicKeyId"))
              .apiV3Key(text(order, "apiV3Key"))
              .build();
      return Map.of();
    }
    config =
        new RSAAutoCertificateConfig.Builder()
            .merchantId(mchid)
            .merchantSerialNumber(text(order, "serial"))
            .privateKey(text(order, "privateKey"))
            .apiV3Key(text(order, "apiV3Key"))
            .build();
    // It tells of no other.
    var newest = AutoCertificateService.getAvailableCertificate(mchid, "RSA");
    var lines = Base64.getMimeEncoder().encodeToString(newest.getEncoded());
    var pem = "-----BEGIN CERTIFICATE-----\n" + lines + "\n-----END CERTIFICATE-----\n";
    return Map.of("certificates", Map.of(PemUtil.getSerialNumber(newest), pem));
  }

  static Map<String, ?> encrypt(JsonObject order) {
    var plaintext = text(order, "text");
    if (!order.has("certificate"))
      return Map.of("text", config.createEncryptor().encrypt(plaintext));
    var certificate = PemUtil.loadX509FromString(text(order, "certificate"));
    var key = certificate.getPublicKey();
    var serial = PemUtil.getSerialNumber(certificate);
    var encryptor =
        order.has("padding")
            ? new RSAPkcs1v15Encryptor(key, serial)
            : new RSAPrivacyEncryptor(key, serial);
    return Map.of("text", encryptor.encrypt(plaintext));
  }

  static Map<String, ?> post(JsonObject order) {
    var builder = new DefaultHttpClientBuilder().config(config);
    if (order.has("altered"))
      builder.okHttpClient(new OkHttpClient.Builder().addInterceptor(Drive::indent).build());
    var headers = new HttpHeaders();
    headers.addHeader("Accept", "application/json");
    headers.addHeader("Content-Type", "application/json");
    var body = new JsonRequestBody.Builder().body(order.get("body").toString()).build();
    var url = "https://api.mch.weixin.qq.com" + text(order, "path");
    return Map.of("answer", builder.build().post(headers, url, body, Map.class).getServiceResponse());
  }

  /** Writes the body anew, after the SDK has signed it. */
  static Response indent(Interceptor.Chain chain) throws IOException {
    var request = chain.request();
    var buffer = new Buffer();
    request.body().writeTo(buffer);
    var gson = new GsonBuilder().disableHtmlEscaping().setPrettyPrinting().create();
    var written = gson.toJson(JsonParser.parseString(buffer.readUtf8()));
    var body = RequestBody.create(request.body().contentType(), written);
    return chain.proceed(request.newBuilder().method(request.method(), body).build());
  }

  static Map<String, ?> carryOut(JsonObject order) {
    try {
      return switch (text(order, "order")) {
        case "open" -> open(order);
        case "encrypt" -> encrypt(order);
        default -> post(order);
      };
    } catch (Exception error) {
      return Map.of("error", error.toString());
    }
  }

  static String text(JsonObject order, String name) {
    return order.get(name).getAsString();
  }

  public static void main(String[] args) throws IOException {
    var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    var answers = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    for (var line = lines.readLine(); line != null; line = lines.readLine())
      answers.println(new Gson().toJson(carryOut(JsonParser.parseString(line).getAsJsonObject())));
  }
}
