"""Writes an archive of the web with warcio 1.8.1 and a recording of a terminal with asciinema 2.4.0, and expected texts from what was sent and typed."""
import http.server, json, os, subprocess, sys, threading
from warcio.capture_http import capture_http
import http.client
here = os.path.dirname(os.path.abspath(__file__))
def write(name, rows):
    with open(os.path.join(here, name + '.bin'), newline='') as made:
        complete = {'cut-lines': made.read(), 'cut-lines/joined': ''.join(row + '\n' for row in rows)}
    with open(os.path.join(here, name + '.json'), 'w') as out:
        json.dump({'madeBy': 'make.py', 'complete': complete, 'gaps': []}, out, indent=1)
        out.write('\n')
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    def do_GET(self):
        self.send_response(200)
        self.send_header('Transfer-Encoding', 'chunked')
        self.end_headers()
        for piece in (b'[{"mail":"jane.d', b'oe@example.org"},{"id":12345', b'67890}]', b''):
            self.wfile.write(b'%x\r\n%s\r\n' % (len(piece), piece))
    def log_message(self, *_):
        pass
server = http.server.HTTPServer(('127.0.0.1', 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
with capture_http(os.path.join(here, 'web.bin'), warc_version='1.1', gzip=False) as writer:
    connection = http.client.HTTPConnection('127.0.0.1', server.server_port)
    connection.request('GET', '/users')
    connection.getresponse().read()
    connection.close()
server.shutdown()
write('web', ['[{"mail":"jane.doe@example.org"},{"id":1234567890}]\r'])
typist = "import sys,time\nfor key in ('login: jane.d','oe@exam','ple.org\\n'):\n  sys.stdout.write(key);sys.stdout.flush();time.sleep(.3)"
terminal = os.path.join(here, 'terminal.bin')
subprocess.run([sys.executable, '-m', 'asciinema', 'rec', '--overwrite', '-q', '-c', f'python3 -c "{typist}"', terminal], check=True, stdin=subprocess.DEVNULL)
write('terminal', ['login: jane.doe@example.org\\r\\n'])
