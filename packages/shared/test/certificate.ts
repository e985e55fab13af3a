/**
 * A certificate that nobody trusts, for `s3.example.com` and the names below it until 2126, and its key: for tests of TLS.
 * Made by `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 36500`.
 */
export const certificate = `-----BEGIN CERTIFICATE-----
MIIBtTCCAVugAwIBAgIUJnvFAF6IsqTF2UKrER5MpNPKKZ8wCgYIKoZIzj0EAwIw
GDEWMBQGA1UEAwwNY2F1c2V3YXkgdGVzdDAgFw0yNjExMjMwMzQzMDFaGA8yMTI2
MTAzMDAzNDMwMVowGDEWMBQGA1UEAwwNY2F1c2V3YXkgdGVzdDBZMBMGByqGSM49
AgEGCCqGSM49AwEHA0IABJFO0WKnhZjR1/TRgzpTYo029wvMhbnVaoQrEM4cKY/T
1jRALhLilsLZt3nFX2TINS5h3FTeOjHU5yZmVDO7qqmjgYAwfjAdBgNVHQ4EFgQU
XP6olXy+62vIPnm/5Oh7zD5KpJ0wHwYDVR0jBBgwFoAUXP6olXy+62vIPnm/5Oh7
zD5KpJ0wDwYDVR0TAQH/BAUwAwEB/zArBgNVHREEJDAighAqLnMzLmV4YW1wbGUu
Y29tgg5zMy5leGFtcGxlLmNvbTAKBggqhkjOPQQDAgNIADBFAiBQ3OWc+mRdFpk0
r4yGiuYQyNPH7mp/K+XTgW38438kTgIhAP5Nm1Sxf4OfzXTgq+sGIAlJKONzGwzC
M+c4Fv2Zwkgo
-----END CERTIFICATE-----
`;

export const certificateKey = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgE2YQODWuEbMokJBs
uIMuTd66IzqvgcnDiQrsVAMqkBWhRANCAASRTtFip4WY0df00YM6U2KNNvcLzIW5
1WqEKxDOHCmP09Y0QC4S4pbC2bd5xV9kyDUuYdxU3jox1OcmZlQzu6qp
-----END PRIVATE KEY-----
`;
