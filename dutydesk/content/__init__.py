"""Reading a site folder (geo, contacts, playbooks, dutydesk.toml, scenarios) and checking it.

`content.load.load` reads, `content.check.check` judges. Nothing here asks a network or a database.
"""
