"""Makes the box its own Wi-Fi, for bars without a router; phones that join are shown the way to the box.

Needs NetworkManager with dnsmasq-base, as Raspberry Pi OS has them. Where the box has internet over its
cable, use --no-portal: the portal answers every name with the box's own address.
"""

import argparse
import ipaddress

from firmware_scripts.first_boot import wifi_country
from firmware_scripts.network_keyfile import check_password, offering
from firmware_scripts.plan import Machine, Remove, Run, Step, Write

NEEDS_ROOT = True
CONNECTION = "/etc/NetworkManager/system-connections/barbox-access-point.nmconnection"
NAMES = "/etc/NetworkManager/dnsmasq-shared.d/barbox.conf"
PORTAL = "/etc/systemd/system/barbox-portal.service"


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--name", default="Barbox", help="name of the Wi-Fi (default: Barbox)")
    parser.add_argument("--password", default="", help="8 to 63 characters")
    parser.add_argument("--country", default="", help="whose Wi-Fi rules hold, such as CN")
    parser.add_argument("--interface", default="wlan0")
    parser.add_argument("--channel", type=int, default=6)
    parser.add_argument("--address", default="10.42.0.1", help="the box's address there (default: 10.42.0.1)")
    parser.add_argument("--port", type=int, default=8080, help="where the box serves (default: 8080)")
    parser.add_argument("--no-portal", action="store_true")
    parser.add_argument("--off", action="store_true", help="back to an ordinary Wi-Fi client")


def plan(options: argparse.Namespace, machine: Machine) -> list[Step]:
    """Raises ValueError naming the option that is wrong."""
    if options.off:
        return [
            Run(("systemctl", "disable", "--now", "barbox-portal.service"), optional=True),
            Run(("nmcli", "connection", "delete", "barbox-access-point"), optional=True),
            *(Remove(path) for path in (CONNECTION, NAMES, PORTAL)),
            Run(("systemctl", "daemon-reload"), optional=True),
        ]
    check_password(options.password)
    if not ipaddress.IPv4Address(options.address).is_private:
        raise ValueError(f"{options.address} is not a private address")
    connection = offering(options.name, options.password, options.interface, options.channel, options.address)
    return [
        *(wifi_country(options.country, machine) if options.country else []),
        Write(CONNECTION, connection, mode=0o600, secret=True),
        *([] if options.no_portal else _portal(options.address, options.port)),
        Run(("nmcli", "connection", "reload")),
        Run(("nmcli", "connection", "up", "barbox-access-point")),
    ]


def _portal(address: str, port: int) -> list[Step]:
    unit = f"""\
[Unit]
Description=Shows those who join the box's Wi-Fi the way to the box
After=network.target

[Service]
ExecStart=/usr/bin/python3 -m firmware_scripts.captive_portal --address {address} --port {port}
WorkingDirectory=/opt/barbox/current
Restart=always
RestartSec=5
DynamicUser=yes
AmbientCapabilities=CAP_NET_BIND_SERVICE
CapabilityBoundingSet=CAP_NET_BIND_SERVICE
ProtectSystem=strict
ProtectHome=yes
PrivateDevices=yes
NoNewPrivileges=yes
RestrictAddressFamilies=AF_INET
MemoryMax=64M

[Install]
WantedBy=multi-user.target
"""
    return [
        Write(NAMES, f"# Every name leads to the box.\naddress=/#/{address}\n"),
        Write(PORTAL, unit),
        Run(("systemctl", "daemon-reload")),
        Run(("systemctl", "enable", "--now", "barbox-portal.service")),
    ]
