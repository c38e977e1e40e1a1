"""python3 tools/verifier: see README.md."""
import argparse
import sys
from datetime import datetime, timezone
from pathlib import Path
from errors import Refused
import log
from state import data_access

def verify(args):
    try:
        state = log.verify_log([Path(f).read_bytes() for f in args.files], args.subject)
    except Refused as r:
        print(r); return 1
    print(state.log.hex(), state.seq, state.hash.hex(), state.subject)
    for m in state.members.values():
        print(m.id.hex(), m.kind, m.position, 'removed' if m.removed else '', data_access(state,m), m.held, m.reach)
    return 0
p=argparse.ArgumentParser(); p.add_argument('cmd'); p.add_argument('files',nargs='*'); p.add_argument('--subject')
a=p.parse_args(); sys.exit(verify(a))
