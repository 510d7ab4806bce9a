#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Files that mean harm to whoever looks for software, among some that do not, below ROOT."""
import os
import socket
import stat
import sys

root = sys.argv[1]
tags, pip, npm = (root + d for d in ("/usr/lib/swidtag", "/opt/pip", "/opt/node_modules"))


def put(path, data):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as f:
        f.write(data if isinstance(data, bytes) else data.encode())


def tag(name, tag_id="t", inside=""):
    return ('<SoftwareIdentity xmlns="http://standards.iso.org/iso/19770/-2/2015/schema.xsd"'
            f' name="{name}" tagId="{tag_id}" version="1">{inside}'
            '<Entity name="e" regid="e.org" role="tagCreator"/></SoftwareIdentity>')


entities = "".join(f"<!ENTITY a{i} '{f'&a{i - 1};' * 10}'>" for i in range(1, 12))
bomb = f"<!DOCTYPE l [<!ENTITY a0 'aaaaaaaaaa'>{entities}]>"
for name, data in {
    "big.swidtag": tag("big", "big", "x" * (10 << 20)),
    "deep.swidtag": tag("deep", "deep", "<d>" * 100000),
    "bomb.swidtag": bomb + tag("&a11;"),
    "bomb2.swidtag": bomb + tag("n", "&a11;"),
    "outside.swidtag": "<!DOCTYPE l [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>" + tag("&e;"),
    "utf8.swidtag": tag("a\udcff").encode("utf-8", "surrogateescape"),
    "line.swidtag": tag("a&#10;b", "a&#10;b"),
    "bell.swidtag": tag("a\a"),
    "empty.swidtag": "",
    "long.swidtag": tag("n", "x" * 70000),
    "many.swidtag": tag("m", "m", "<Meta/>" * 100000),
    "good.swidtag": tag("Good", "good"),
    "deep.coswid": b"\x81" * 500000,
    "length.coswid": b"\xda\x53\x57\x49\x44\xbf\x00\x7b" + b"\xff" * 8,
    "endless.coswid": b"\x9f" * 1000000,
    "utf8.coswid": b"\xa3\x00\x61\xff\x01\x61\xff\x02\xa0",
    "a\nb.swidtag": tag("name"),
}.items():
    put(f"{tags}/{name}", data)
put(os.fsencode(tags) + b"/\xff.swidtag", tag("name"))
for i in range(20000):
    put(f"{tags}/flood/{i}.swidtag", "")
os.mkfifo(tags + "/fifo.swidtag")
socket.socket(socket.AF_UNIX).bind(os.path.relpath(tags + "/socket.swidtag"))
os.symlink("loop.swidtag", tags + "/loop.swidtag")
os.symlink(".", tags + "/again")
os.mkdir(tags + "/dir.swidtag")
for kind in stat.S_IFCHR, stat.S_IFBLK:
    try:
        os.mknod(f"{tags}/device{kind}.swidtag", 0o644 | kind, os.makedev(1, 5))
    except OSError:
        pass  # not for everybody

for name, data in {
    "big": "Name: big\nVersion: 1\n" + "x" * (10 << 20),
    "utf8": b"Name: \xff\nVersion: 1\n",
    "bell": "Name: a\a\nVersion: 1\n",
    "long": f"Name: {'x' * 5000}\nVersion: 1\n",
    "nul": "Name: a\0b\nVersion: 1\n",
    "none": "\n",
    "good": "Name: good-pip\nVersion: 2\n",
}.items():
    put(f"{pip}/{name}-1.dist-info/METADATA", data)
os.mkfifo(pip + "/fifo-1.egg-info")

for name, data in {
    "big": '{"name":"big","version":"1","x":"' + "x" * (10 << 20) + '"}',
    "deep": '{"name":"deep","version":"1","x":' + "[" * 100000,
    "bell": '{"name":"a\\u0007","version":"1"}',
    "utf8": b'{"name":"\xff","version":"1"}',
    "kind": '{"name":{},"version":[]}',
    "good": '{"name":"good-npm","version":"3"}',
}.items():
    put(f"{npm}/{name}/package.json", data)
os.symlink("..", npm + "/good/node_modules")
