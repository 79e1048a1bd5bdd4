"""Writes documents.bin with pymongo's bson (4.x when it was made): a document a line, as mongodump writes a collection."""
import datetime, os, uuid
import bson
from bson import Binary, Code, DBRef, Decimal128, Int64, MaxKey, MinKey, ObjectId, Regex, Timestamp
identifier = uuid.UUID('3f2504e0-4f89-41d3-9a0c-0305e82c3301')
documents = [
    {'_id': ObjectId('507f1f77bcf86cd799439011'), 'user': 'bob@example.org', 'number': 1234567890, 'long': Int64(9223372036854775807)},
    {'double': 1234567890.0, 'fraction': 1.5, 'nothing': None, 'yes': True, 'date': datetime.datetime(2026, 1, 31)},
    {'nested': {'list': ['jane_doe', {'deep': Int64(-1234567890123)}, []]}, '1000000007': 'a name that is a number'},
    {'new': Binary.from_uuid(identifier), 'python': Binary.from_uuid(identifier, 3), 'csharp': Binary.from_uuid(identifier, 6), 'java': Binary.from_uuid(identifier, 5)},
    {'decimal': Decimal128('1234567890'), 'scaled': Decimal128('12345678.90'), 'large': Decimal128('1.234567890E9'), 'far': Decimal128('1E+6000'), 'none': Decimal128('NaN')},
    {'code': Code('return 17', {'user': 'bob'}), 'regex': Regex('^jane', 'i'), 'time': Timestamp(1700000000, 5), 'least': MinKey(), 'greatest': MaxKey(), 'ref': DBRef('users', 42)},
    {},
]
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), 'documents.bin'), 'wb') as out:
    for document in documents:
        out.write(bson.encode(document))
