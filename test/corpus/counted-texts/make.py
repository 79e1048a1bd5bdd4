"""Lists of texts alone, as py-ubjson 0.16 and cbor2 write them. `hessian.bin` is a list of com.caucho:hessian 4.0.66 (`Hessian2Output.writeObject`), `smile.bin` one of
jackson-dataformat-smile 2.17 with `WRITE_HEADER` disabled; both hold the same."""

import cbor2
import ubjson

people = [f"{name}.smith+shop{number}@mail.example.com" for number, name in enumerate(("alice", "bobby", "carol", "david"), 40)]
with open("ubjson.bin", "wb") as file:
    file.write(ubjson.dumpb(people))
with open("cbor.bin", "wb") as file:
    file.write(cbor2.dumps([each.encode() for each in people]))
