"""The team of the story: names, addresses and time zones are made up."""

from tests.story.model import Person

ANA = Person("Ana Ribeiro", "ana.ribeiro@acme.example", 60)
BEN = Person("Ben Okafor", "ben.okafor@acme.example", 60)
CHIARA = Person("Chiara Rossi", "chiara.rossi@acme.example", 120)
DENIZ = Person("Deniz Kaya", "deniz.kaya@acme.example", 180)
JOERG = Person("Jörg Weiß", "joerg.weiss@acme.example", 60)
MEERA = Person("Meera Iyer", "meera.iyer@acme.example", 330)
SAM = Person("Sam Patel", "sam.patel@acme.example", -180)
TOMASZ = Person("Tomasz Wójcik", "tomasz@elsewhere.example", 60)
DEPENDABOT = Person("dependabot[bot]", "49699333+dependabot[bot]@users.noreply.github.com")

# What github.com writes as the committer of every merge made on its pages.
GITHUB = Person("GitHub", "noreply@github.com")
