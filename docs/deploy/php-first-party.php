<?php
// First-party mode (docs/first-party.md) for a site whose proxy you cannot touch: put this file into a folder
// `constat` of the site, as `index.php`, and beside it a file `.htaccess` with these four lines (Apache, LiteSpeed):
//   CGIPassAuth On
//   RewriteEngine On
//   RewriteBase /constat/
//   RewriteRule ^ index.php [L]
// Whether the site honours Global Privacy Control is asked at the root of its host: put these two lines into the
// `.htaccess` of the site itself, before its other rules.
//   RewriteEngine On
//   RewriteRule ^\.well-known/gpc\.json$ constat/index.php [L]
// It passes the public addresses of Constat on and answers 404 to everything else.
declare(strict_types=1);

const CONSTAT = 'http://127.0.0.1:8080/';
const PREFIX = '/constat/';
const AT_THE_ROOT = '/.well-known/gpc.json';
// The public addresses, by name.
const PUBLIC_PATHS = '~^(v1/sites/[a-z0-9_-]+/((consent|debug)\.js|vendors|consents(/[0-9a-f-]+)?|(banner|notice)/[a-z-]+|log/[0-9-]+(/[0-9]+of[0-9]+)?/(checkpoint|consistency|proof/[0-9]+))|v1/notices/[0-9a-f]+|assets/[0-9a-z][0-9a-z._-]*|\.well-known/(gpc|jwks)\.json|verify/?)$~D';
const OWN_COOKIE = '~^constat(-[a-z0-9_-]+)?=[a-z0-9.-]*$~D';
const WITH_COOKIES = ['POST', 'DELETE'];
const BODY_BYTES_MAX = 16 * 1024;
const TIMEOUT_S = 20;
// What Constat reads of a request, by the names that PHP gives: neither the referrer nor the user agent.
const TO_CONSTAT = ['Accept' => 'HTTP_ACCEPT', 'Accept-Encoding' => 'HTTP_ACCEPT_ENCODING',
    'Access-Control-Request-Headers' => 'HTTP_ACCESS_CONTROL_REQUEST_HEADERS',
    'Access-Control-Request-Method' => 'HTTP_ACCESS_CONTROL_REQUEST_METHOD',
    'Authorization' => 'HTTP_AUTHORIZATION', 'Content-Type' => 'CONTENT_TYPE', 'Host' => 'HTTP_HOST',
    'If-None-Match' => 'HTTP_IF_NONE_MATCH', 'Origin' => 'HTTP_ORIGIN'];
const OF_ONE_CONNECTION = ['connection', 'keep-alive', 'transfer-encoding'];

// The answer goes out as it comes.
ini_set('zlib.output_compression', '0');
ini_set('default_mimetype', '');
header_remove('X-Powered-By');

function stop(int $status): never
{
    http_response_code($status);
    header('Cache-Control: no-store');
    exit;
}

function headers_to_constat(): array
{
    // Behind a proxy of your host this may be the proxy's address: ask which variable has the visitor's. Constat
    // keeps it in memory for some seconds, to limit the rate, and writes it nowhere.
    $headers = ['Connection: close', 'X-Forwarded-For: ' . $_SERVER['REMOTE_ADDR']];
    foreach (TO_CONSTAT as $name => $variable) {
        $value = $_SERVER[$variable] ?? $_SERVER["REDIRECT_$variable"] ?? '';
        if ($value !== '') {
            $headers[] = "$name: $value";
        }
    }
    // Of the visitor's cookies only Constat's own, and only with an answer or an erasure.
    $sent = in_array($_SERVER['REQUEST_METHOD'], WITH_COOKIES, true) ? $_SERVER['HTTP_COOKIE'] ?? '' : '';
    $cookies = preg_grep(OWN_COOKIE, preg_split('~; *~', $sent));
    if ($cookies) {
        $headers[] = 'Cookie: ' . implode('; ', $cookies);
    }
    return $headers;
}

[$path, $query] = explode('?', $_SERVER['REQUEST_URI'], 2) + [1 => null];
$asked = str_starts_with($path, PREFIX) ? substr($path, strlen(PREFIX)) : '';
if ($path === AT_THE_ROOT) {
    $asked = substr($path, 1);
}
if (!preg_match(PUBLIC_PATHS, $asked)) {
    stop(404);
}
$body = file_get_contents('php://input', false, null, 0, BODY_BYTES_MAX + 1);
if (strlen($body) > BODY_BYTES_MAX) {
    stop(413);
}
$context = stream_context_create(['http' => [
    'method' => $_SERVER['REQUEST_METHOD'], 'header' => headers_to_constat(), 'content' => $body,
    'protocol_version' => 1.1, 'ignore_errors' => true, 'follow_location' => 0, 'timeout' => TIMEOUT_S,
]]);
$answer = @file_get_contents(CONSTAT . $asked . ($query === null ? '' : "?$query"), false, $context);
if ($answer === false) {
    stop(502);
}
http_response_code((int) explode(' ', $http_response_header[0])[1]);
foreach (array_slice($http_response_header, 1) as $header) {
    if (!in_array(strtolower(strstr($header, ':', true)), OF_ONE_CONNECTION, true)) {
        header($header, false);
    }
}
echo $answer;
