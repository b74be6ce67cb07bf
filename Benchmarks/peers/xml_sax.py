"""Orders in XML to one JSON object each, with Python's xml.sax: xml_sax.py IN OUT. No sessions, no ids, no types."""
import sys
import xml.sax

try:
    from orjson import dumps
except ImportError:
    import json

    def dumps(value):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


class Orders(xml.sax.ContentHandler):
    def __init__(self, out):
        super().__init__()
        self.out = out
        self.text = []

    def startElement(self, name, attributes):
        self.text = []
        if name == "order":
            self.order = {key: attributes[key] for key in ("id", "created", "currency")}
            self.order["items"] = []
        elif name == "visitor":
            self.order["visitor"] = attributes["id"]
        elif name == "item":
            self.item = {"sku": attributes["sku"], "qty": attributes["qty"]}
            self.order["items"].append(self.item)

    def characters(self, content):
        self.text.append(content)

    def endElement(self, name):
        if name in ("name", "email", "note"):
            self.order[name] = "".join(self.text)
        elif name in ("title", "price", "category"):
            self.item[name] = "".join(self.text)
        elif name == "order":
            self.out.write(dumps(self.order) + b"\n")


with open(sys.argv[2], "wb", 1 << 20) as out:
    xml.sax.parse(sys.argv[1], Orders(out))
