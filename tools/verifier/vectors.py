"""Runs the files of vectors/, whose format vectors/README.md describes."""

import base64
import json
from pathlib import Path
from typing import Callable

import backup
import contacts
import evidence
import fingerprint
from errors import Refused
from log import Pin, pin_state, verify_log
from state import State

def unbase64(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)

class Folder:
    def __init__(self, folder): self.folder=folder; self.logs={}
    def entries(self, given):
        if isinstance(given, str):
            given=json.loads((self.folder/'prefixes'/f'{given}.json').read_text())['entries']
        return [unbase64(e) for e in given]
    def state(self, name): 
        if name not in self.logs: self.logs[name]=verify_log(self.entries(name))
        return self.logs[name]

def attempt(f):
    try: return f()
    except Refused as r: return r

def err(r, e): return isinstance(r,Refused) and r.code==e['code'] and r.rule==e.get('rule') and all(r.facts.get(k)==v for k,v in e.items() if k in('reason',))

def neg_log(F,v):
    pre=F.entries(v.get('prefix') or []); 
    go=lambda x: attempt(lambda: verify_log(pre+F.entries(x), v['load']['subject'], None, v['load'].get('now')))
    b,g=go(v['bad']),go(v['good'])
    return err(b,v['error']) and not isinstance(g,Refused), (b,g,v.get('error'))
def neg_pins(F,v):
    go=lambda x: attempt(lambda: verify_log(F.entries(x), v['load']['subject'], pin_state(F.state(v['pinned'])), v['load'].get('now')))
    b,g=go(v['bad']),go(v['good'])
    return err(b,v['error']) and not isinstance(g,Refused), (b,g,v.get('error'))
def neg_backup(F,v):
    go=lambda x: attempt(lambda: backup.read(x, F.state(v['log'])))
    b,g=go(v['bad']),go(v['good'])
    return err(b,v['error']) and not isinstance(g,Refused), (b,g,v.get('error'))
def neg_fp(F,v):
    go=lambda x: attempt(lambda: fingerprint.parse(x))
    b,g=go(v['bad']),go(v['good'])
    return err(b,v['error']) and not isinstance(g,Refused), (b,g,v.get('error'))
def neg_ev(F,v):
    go=lambda x: attempt(lambda: evidence.judge(unbase64(x)))
    b,g=go(v['bad']),go(v['good'])
    return err(b,v['error']) and not isinstance(g,Refused), (b,g,v.get('error'))
def neg_contacts(F,v):
    p=F.state(v['pinned'])
    go=lambda x: contacts.compare(p,p.classes().confirmed,attempt(lambda: verify_log(F.entries(v['pinned'])+F.entries(x), v['load']['subject'], pin_state(p))))
    b,g=go(v['bad']),go(v['good'])
    return {'bad':b,'good':g}==v['status'],(b,g,v['status'])
H={'negative/log':neg_log,'negative/pins':neg_pins,'negative/backup':neg_backup,'negative/fingerprints':neg_fp,'negative/evidence':neg_ev,'negative/contacts':neg_contacts}
def run_vectors(folder: Path) -> int:
    n=[0,0]; F=Folder(folder)
    for k,h in H.items():
        for f in sorted((folder/k).glob('*.json')):
            v=json.loads(f.read_text())
            try: ok,info=h(F,v)
            except Exception as x: ok,info=False,repr(x)
            n[not ok]+=1
            if not ok: print(k,f.name,v['description'],*map(str,info) if isinstance(info,tuple) else [info])
    print(f'{n[0]} passed, {n[1]} failed'); return int(n[1]>0)
