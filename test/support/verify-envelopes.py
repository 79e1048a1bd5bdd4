# Verifies DSSE envelopes with the library of in-toto and TUF, and reads their statements with that of in-toto. `given`:
#   keys        public keys in PEM, by their keyid
#   threshold   how many of them have to have signed
#   envelopes   the text of each, by name
#   documents   of each envelope the bytes in base64 of what its statement vouches for
# Prints for each "holds", or what refuses it. The reader of the test has imported the libraries.
import base64
import hashlib

from cryptography.hazmat.primitives.serialization import load_pem_public_key
from google.protobuf import json_format
from in_toto_attestation.v1 import statement_pb2
from in_toto_attestation.v1.statement import Statement
from securesystemslib.dsse import Envelope
from securesystemslib.signer import SSlibKey

given = json.load(sys.stdin)
keys = [SSlibKey.from_crypto(load_pem_public_key(pem.encode()), keyid) for keyid, pem in given["keys"].items()]


def refusal(name):
    try:
        envelope = Envelope.from_dict(json.loads(given["envelopes"][name]))
        envelope.verify(keys, given["threshold"])
        statement = json_format.Parse(envelope.payload, statement_pb2.Statement())
        Statement.copy_from_pb(statement).validate()
    except Exception as error:
        return type(error).__name__
    digest = hashlib.sha256(base64.b64decode(given["documents"][name])).hexdigest()
    return None if [each.digest["sha256"] for each in statement.subject] == [digest] else "another document"


print(json.dumps({name: refusal(name) or "holds" for name in given["envelopes"]}))
