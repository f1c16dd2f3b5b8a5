<?php
require 'vendor/autoload.php';

use GuzzleHttp\HandlerStack;
use GuzzleHttp\Middleware;
use GuzzleHttp\Psr7\Utils;
use Psr\Http\Message\RequestInterface;
use WeChatPay\Builder;
use WeChatPay\Crypto\Rsa;

/** By the SDK's own command, which writes files. */
function download(array $order): array
{
    $folder = 'certificates-' . bin2hex(random_bytes(8));
    mkdir($folder);
    file_put_contents("$folder/key", $order['privateKey']);
    $options = ['-m', $order['mchid'], '-s', $order['serial'], '-k', $order['apiV3Key'], '-f', "$folder/key"];
    $command = ['vendor/bin/CertificateDownloader.php', ...$options, '-o', $folder, '-u', $order['urls']['http'] . '/'];
    exec(PHP_BINARY . ' ' . implode(' ', array_map('escapeshellarg', $command)) . ' 2>&1');
    $certificates = [];
    foreach (glob("$folder/wechatpay_*.pem") as $file)
        $certificates[substr(basename($file, '.pem'), strlen('wechatpay_'))] = file_get_contents($file);
    return $certificates;
}

function open(array $order): array
{
    global $wechatpay, $key;
    $certificates = isset($order['publicKeyId']) ? [] : download($order);
    $certs = isset($order['publicKeyId']) ? [$order['publicKeyId'] => $order['publicKey']] : $certificates;
    $stack = HandlerStack::create();
    $stack->push(Middleware::mapRequest('alter'));
    $wechatpay = Builder::factory([
        'mchid' => $order['mchid'],
        'serial' => $order['serial'],
        'privateKey' => Rsa::from($order['privateKey'], Rsa::KEY_TYPE_PRIVATE),
        'certs' => array_map(fn ($pem) => Rsa::from($pem, Rsa::KEY_TYPE_PUBLIC), $certs),
        'base_uri' => $order['urls']['http'] . '/',
        'handler' => $stack,
    ]);
    $key = ['id' => array_key_first($certs), 'pem' => reset($certs)];
    return ['certificates' => (object) $certificates];
}

/** Comes after the SDK has signed it. */
function alter(RequestInterface $request): RequestInterface
{
    global $isAltered;
    if (!$isAltered) return $request;
    return $request->withBody(Utils::streamFor(json_encode(json_decode($request->getBody()), JSON_PRETTY_PRINT)));
}

function encrypt(array $order): array
{
    global $key;
    $publicKey = Rsa::from($order['certificate'] ?? $key['pem'], Rsa::KEY_TYPE_PUBLIC);
    return ['text' => Rsa::encrypt($order['text'], $publicKey)];
}

function post(array $order): array
{
    global $wechatpay, $key, $isAltered;
    $isAltered = isset($order['altered']);
    $headers = isset($order['unnamed']) ? [] : ['Wechatpay-Serial' => $key['id']];
    $answer = $wechatpay->chain(ltrim($order['path'], '/'))->post(['json' => $order['body'], 'headers' => $headers]);
    return ['answer' => json_decode($answer->getBody(), true)];
}

while (($line = fgets(STDIN)) !== false) {
    $order = json_decode($line, true);
    try {
        $answer = $order['order']($order);
    } catch (Throwable $error) {
        $answer = ['error' => get_class($error) . ': ' . $error->getMessage()];
    }
    echo json_encode($answer, JSON_INVALID_UTF8_SUBSTITUTE), PHP_EOL;
}
