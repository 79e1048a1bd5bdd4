"""Writes what amazon.ion 0.15.0 writes of items as DynamoDB exports them, whose numbers have no zeros at the end, and expected texts from these."""
import json, os
from decimal import Decimal
from amazon.ion import simpleion
here = os.path.dirname(os.path.abspath(__file__))
numbers = ['1234567890', '4815162342', '48151623000', '103', '600', '2000', '12.5']
items = [{'Item': {'Id': Decimal(number).normalize(), 'Name': 'caf\u00e9', 'Mail': 'jane.doe@example.org'}} for number in numbers]
lines = [simpleion.dumps(item, binary=False, omit_version_marker=False) for item in items]
text = ''.join(line + '\n' for line in lines)
head = '$ion_1_0 '
assert text.startswith(head)
whole = [number for number in numbers if number.endswith('0')]
complete = {'ion/head': head, 'ion/text': text[len(head):], 'ion/numbers': ''.join(number + '\n' for number in whole)}
with open(os.path.join(here, 'dynamodb.bin'), 'wb') as out:
    out.write(text.encode())
with open(os.path.join(here, 'dynamodb.json'), 'w') as out:
    json.dump({'madeBy': 'make.py', 'complete': complete, 'gaps': []}, out, indent=1)
    out.write('\n')
