"""The shapes of secrets other than model providers' keys: keys of other services, and generic forms of credentials.

Prefixes, alphabets and lengths come from the services' documentation or from public lists: gitleaks (config/gitleaks.toml),
detect-secrets 1.5 (plugins) and TruffleHog (pkg/detectors). `tests/redact/test_public_lists.py` compares this table with
them. Lengths here are often shorter than theirs: a key is redacted as soon as it cannot be an ordinary word.
"""

from __future__ import annotations

from streamkit.frozen import dataclass
from streamkit.providers import ALNUM, BASE64, DOTTED, HEX, UPPER, WORD, key_shape

_UNDERSCORED = "[A-Za-z0-9_]"
_TOKEN = "[A-Za-z0-9._~+-]"
_ASSIGNED = "[A-Za-z0-9_.=-]"

# One service per line: the rule, its prefixes, the character class that follows, and its minimum length.
_PREFIXED: tuple[tuple[str, str, str, int], ...] = (
    ("1password-token", "ops_eyJ", BASE64, 60),
    ("1password-secret-key", "A3-", "[A-Z0-9-]", 30),
    ("adobe-secret", "p8e-", ALNUM, 32),
    ("age-secret-key", "AGE-SECRET-KEY-1", UPPER, 40),
    ("alibaba-access-key", "LTAI", ALNUM, 20),
    ("apify-token", "apify_api_", ALNUM, 30),
    ("artifactory-key", "AKCp", ALNUM, 60),
    ("artifactory-token", "cmVmdGtu", ALNUM, 50),
    ("atlassian-token", "ATATT3 ATCTT3", "[A-Za-z0-9_=+/-]", 60),
    ("aws-access-key", "AKIA ASIA ABIA ACCA A3T", UPPER, 16),
    ("azure-storage-key", "AccountKey=", BASE64, 40),
    ("bitbucket-token", "BBDC-", "[A-Za-z0-9_+/@-]", 40),
    ("brevo-key", "xkeysib-", WORD, 40),
    ("buildkite-token", "bkua_", ALNUM, 40),
    ("circleci-token", "CCIPAT_", _UNDERSCORED, 40),
    ("clojars-token", "CLOJARS_", ALNUM, 50),
    ("cloudflare-token", "cfk_ cfut_ cfat_", ALNUM, 36),
    ("cloudflare-origin-key", "v1.0-", "[0-9a-f-]", 100),
    ("contentful-token", "CFPAT-", WORD, 40),
    ("cursor-key", "crsr_", ALNUM, 32),
    ("digitalocean-token", "dop_v1_ doo_v1_ dor_v1_", HEX, 40),
    ("docker-token", "dckr_pat_ dckr_oat_", WORD, 24),
    ("doppler-token", "dp.ct. dp.pt. dp.st. dp.sa. dp.said. dp.scim. dp.audit.", DOTTED, 40),
    ("dropbox-token", "sl.", _ASSIGNED, 100),
    ("duffel-token", "duffel_test_ duffel_live_", _ASSIGNED, 40),
    ("dynatrace-token", "dt0c01.", "[A-Za-z0-9.]", 60),
    ("e2b-key", "e2b_", HEX, 36),
    ("easypost-key", "EZAK EZTK", ALNUM, 50),
    ("facebook-token", "EAAM EAAC", ALNUM, 90),
    ("figma-token", "figd_ figp_", WORD, 36),
    ("firecrawl-key", "fc-", HEX, 32),
    ("flutterwave-key", "FLWSECK- FLWSECK_TEST-", ALNUM, 12),
    ("flyio-token", "fo1_", WORD, 40),
    ("flyio-token", "fm1a_ fm1r_ fm2_", BASE64, 80),
    ("frameio-token", "fio-u-", _ASSIGNED, 60),
    ("github-token", "ghp_ gho_ ghu_ ghs_ ghr_", ALNUM, 36),
    ("github-token", "github_pat_", _UNDERSCORED, 22),
    ("gitlab-token", "glpat- gldt- glft- glsoat- glrt- glrtr- glimt- glagent- gloas- glffct- GR1348941", WORD, 20),
    ("gitlab-token", "glcbt-", _UNDERSCORED, 20),
    ("gitlab-token", "glptt-", HEX, 40),
    ("google-client-secret", "GOCSPX-", WORD, 20),
    ("grafana-token", "glc_", BASE64, 32),
    ("grafana-token", "glsa_", _UNDERSCORED, 36),
    ("heroku-key", "HRKU-AA", WORD, 50),
    ("hubspot-token", "pat-na1- pat-eu1-", WORD, 36),
    ("infracost-key", "ico-", ALNUM, 32),
    ("jina-key", "jina_", WORD, 40),
    ("langfuse-key", "sk-lf-", WORD, 32),
    ("linear-key", "lin_api_", ALNUM, 40),
    ("mailgun-key", "key-", HEX, 32),
    ("newrelic-key", "NRAK-", ALNUM, 27),
    ("newrelic-key", "NRII- NRIQ-", WORD, 25),
    ("notion-token", "ntn_", ALNUM, 40),
    ("npm-token", "npm_", ALNUM, 36),
    ("octopus-key", "API-", UPPER, 25),
    ("openshift-token", "sha256~", WORD, 43),
    ("planetscale-token", "pscale_tkn_ pscale_oauth_ pscale_pw_", _ASSIGNED, 32),
    ("posthog-key", "phx_ phs_", _UNDERSCORED, 40),
    ("postman-key", "PMAK-", "[A-Fa-f0-9-]", 40),
    ("prefect-key", "pnu_", ALNUM, 36),
    ("pulumi-token", "pul-", HEX, 40),
    ("pypi-token", "pypi-", WORD, 50),
    ("ramp-secret", "ramp_sec_", ALNUM, 40),
    ("readme-key", "rdme_", ALNUM, 60),
    ("rootly-key", "rootly_", HEX, 60),
    ("rubygems-key", "rubygems_", HEX, 48),
    ("runpod-key", "rpa_", ALNUM, 40),
    ("scalingo-token", "tk-us-", WORD, 40),
    ("sentry-token", "sntryu_", HEX, 60),
    ("sentry-token", "sntrys_", "[A-Za-z0-9_+/=]", 60),
    ("shippo-token", "shippo_live_ shippo_test_", HEX, 40),
    ("shopify-token", "shpat_ shpca_ shppa_ shpss_", "[A-Fa-f0-9]", 32),
    ("sk-key", "sk_", ALNUM, 32),
    ("slack-token", "xoxa- xoxb- xoxe- xoxo- xoxp- xoxr- xoxs-", WORD, 16),
    ("slack-token", "xapp- xoxe.xoxb- xoxe.xoxp-", WORD, 20),
    ("sonarcloud-token", "sqco_", ALNUM, 50),
    ("sourcegraph-token", "sgp_ slk_", _UNDERSCORED, 40),
    ("square-token", "sq0atp- sq0csp-", WORD, 22),
    ("stripe-key", "sk_live_ sk_test_ sk_prod_ rk_live_ rk_test_ rk_prod_", ALNUM, 20),
    ("supabase-key", "sbp_ sb_secret_", _UNDERSCORED, 24),
    ("tailscale-key", "tskey-", WORD, 20),
    ("tavily-key", "tvly-", WORD, 20),
    ("twilio-key", "SK", "[A-Fa-f0-9]", 32),
    ("typeform-token", "tfp_", _ASSIGNED, 40),
    ("vault-token", "hvs. hvb. hvr.", WORD, 60),
    ("voyage-key", "pa-", WORD, 40),
    ("wandb-key", "wandb_v1_", _UNDERSCORED, 40),
    ("webhook-secret", "whsec_", BASE64, 24),
)

KEY_SHAPES = (
    *(
        key_shape(name, prefix, (kind, least))
        for name, prefixes, kind, least in _PREFIXED
        for prefix in prefixes.split()
    ),
    key_shape("langsmith-key", "lsv2_", (ALNUM, 2, 2), "_", (ALNUM, 30), rest=WORD),
    key_shape("pinecone-key", "pcsk_", (ALNUM, 5, 8), "_", (ALNUM, 40)),
    key_shape("resend-key", "re_", (ALNUM, 8, 8), "_", (ALNUM, 20)),
    key_shape("sendgrid-key", "SG.", (WORD, 16, 40), ".", (WORD, 16)),
    key_shape("jwt", "eyJ", (WORD, 8, 480), ".eyJ", (WORD, 8), rest=DOTTED),
    key_shape(
        "private-key",
        "-----BEGIN ",
        ("[A-Z ]", 0, 20),
        "PRIVATE KEY",
        ("[A-Z ]", 0, 8),
        "-----",
        (r"[\s\\nrt]", 0, 24),
        (BASE64, 24),
        rest=r"(?:[A-Za-z0-9+/=\s:,]|\\+[nrt]|-(?!-))",
    ),
    *(
        key_shape("bearer-token", f"{letter}earer ", (_TOKEN, 32), rest="[A-Za-z0-9._~+/=-]", mixed="[0-9]")
        for letter in "Bb"
    ),
    key_shape("basic-credentials", "Basic ", ("[A-Za-z0-9+/]", 20), rest=BASE64, mixed="[0-9]"),
)


# Names that mark a bare UUID or hexadecimal number as a key: the value is redacted, the name is kept.
SECRET_NAMES = [
    "api_key", "apikey", "api-key", "apiKey", "ApiKey", "API_KEY", "APIKEY", "access_token", "accessToken",
    "ACCESS_TOKEN", "access_key", "ACCESS_KEY", "api_token", "apiToken", "API_TOKEN", "auth_token", "authToken",
    "AUTH_TOKEN", "secret_key", "secretKey", "SECRET_KEY", "client_secret", "clientSecret", "CLIENT_SECRET",
    "subscription-key", "Subscription-Key",
]  # fmt: skip
NAME_SEPARATOR = r"[\"'\\:= ]{1,12}"
NAMED_VALUE = WORD
NAMED_MIN_LENGTH = 32


@dataclass(frozen=True, slots=True)
class MarkedSecret:
    """A secret without a fixed prefix, recognized by a mark within it.

    `hint` matches in every text that contains the secret. `whole` is its pattern, with a group `value` if only part of the
    match is redacted. `beginning` matches the end of a text that contains only its beginning, and `rest` is the character
    class that extends it.
    """

    name: str
    hint: str
    whole: str
    beginning: str
    rest: str


_BOUNDARY = r"(?:(?<![A-Za-z0-9])|(?<=[\\\x1c][bfnrt]))"
_USER = r"[^\s/:@\"'<>\\{}$(\[`\xbf\x1c]"
PASSWORD = r"[^\s/@\"'<>\\{}$(\[`*\xbf\x1c]"
# Placeholders for a password in examples.
_NO_PASSWORD = "(?!(?i:passw?|password|passwd|pwd|pw|secret|token|changeme|example|test|x+|(?:your|my)[^@]*)@)"

MARKED_SECRETS = (
    MarkedSecret(
        "telegram-token",
        ":A",
        f"{_BOUNDARY}[0-9]{{8,10}}:A{WORD}{{34}}",
        f"{_BOUNDARY}[0-9]{{1,10}}(?:(?<=[0-9]{{8}}):(?:A{WORD}{{0,33}})?)?",
        WORD,
    ),
    # The token begins with the user's numeric ID in base64.
    MarkedSecret(
        "discord-token",
        f"[.](?={WORD}{{6}}[.])",
        f"{_BOUNDARY}[MNO](?=[A-Za-z_-]*[0-9]){WORD}{{23,27}}[.]{WORD}{{6}}[.](?=[A-Za-z_-]*[0-9]){WORD}{{27,38}}",
        f"{_BOUNDARY}[MNO](?:[DTjz](?:[AEIMQUYcgk](?:[wxyz0-5](?:{WORD}{{0,23}}|{WORD}{{19,23}}[.](?:{WORD}{{0,6}}|{WORD}{{6}}[.]{WORD}{{0,26}})))?)?)?",
        WORD,
    ),
    # Without a fixed beginning, such a key is missed if it arrives in pieces shorter than the 20 characters required here.
    MarkedSecret(
        "azure-key",
        "JQQJ9",
        f"{_BOUNDARY}{ALNUM}{{52}}JQQJ9{ALNUM}{{27}}",
        f"{_BOUNDARY}(?=[a-z0-9]*[A-Z])(?=[A-Z0-9]*[a-z])(?=[A-Za-z]*[0-9]){ALNUM}{{20,83}}",
        ALNUM,
    ),
    MarkedSecret(
        "azure-client-secret",
        "Q~",
        r"(?:(?<![A-Za-z0-9_~.])|(?<=[\\\x1c][bfnrt]))[A-Za-z0-9_~.]{3}[0-9]Q~[A-Za-z0-9_~.-]{31,34}",
        r"(?:(?<![A-Za-z0-9_~.])|(?<=[\\\x1c][bfnrt]))[A-Za-z0-9_~.]{3}[0-9]Q(?:~[A-Za-z0-9_~.-]{0,30})?",
        "[A-Za-z0-9_~.-]",
    ),
    MarkedSecret(
        "url-password",
        "://",
        f"(?<=[A-Za-z0-9])://(?P<value>{_USER}{{0,64}}:{_NO_PASSWORD}{PASSWORD}{{3,128}})@",
        f"(?<=[A-Za-z0-9]):(?:/(?:/(?:{_USER}{{0,64}}(?::{PASSWORD}{{0,128}})?)?)?)?",
        "(?!)",
    ),
)
