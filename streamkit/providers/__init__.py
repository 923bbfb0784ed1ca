"""The providers: a catalogue of who answers at a host, with one small data-only file each.

Each file without a leading underscore defines one `Provider`. Other packages add providers through the entry-point
group `streamkit.providers`.
"""

from streamkit.providers._clues import key_owners as key_owners
from streamkit.providers._clues import providers_by_headers as providers_by_headers
from streamkit.providers._key import ALNUM as ALNUM
from streamkit.providers._key import BASE64 as BASE64
from streamkit.providers._key import DOTTED as DOTTED
from streamkit.providers._key import HEX as HEX
from streamkit.providers._key import SK_KEY as SK_KEY
from streamkit.providers._key import UPPER as UPPER
from streamkit.providers._key import WORD as WORD
from streamkit.providers._key import KeyPart as KeyPart
from streamkit.providers._key import KeyShape as KeyShape
from streamkit.providers._key import key_shape as key_shape
from streamkit.providers._provider import BEARER as BEARER
from streamkit.providers._provider import PROVIDERS as PROVIDERS
from streamkit.providers._provider import Auth as Auth
from streamkit.providers._provider import BaseUrl as BaseUrl
from streamkit.providers._provider import Provider as Provider
from streamkit.providers._provider import provider_at as provider_at
