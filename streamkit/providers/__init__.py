"""Who answers at a host: a catalogue of one small data-only file a provider.

A file without an underscore is one `Provider`; other packages add theirs by the entry-point group
`streamkit.providers`.
"""

from streamkit.providers._key import ALNUM as ALNUM
from streamkit.providers._key import BASE64 as BASE64
from streamkit.providers._key import DOTTED as DOTTED
from streamkit.providers._key import HEX as HEX
from streamkit.providers._key import SK_KEY as SK_KEY
from streamkit.providers._key import UPPER as UPPER
from streamkit.providers._key import WORD as WORD
from streamkit.providers._key import KeyShape as KeyShape
from streamkit.providers._key import Part as Part
from streamkit.providers._key import key_shape as key_shape
from streamkit.providers._provider import BEARER as BEARER
from streamkit.providers._provider import PROVIDERS as PROVIDERS
from streamkit.providers._provider import Auth as Auth
from streamkit.providers._provider import BaseUrl as BaseUrl
from streamkit.providers._provider import Provider as Provider
from streamkit.providers._provider import provider_at as provider_at
