"""The box's own certificates: whom they speak for, how long, and what they can never be used for."""

import ipaddress
import ssl
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from barbox.core.clock import DAY_MS
from barbox.tls.authority import LEAF_DAYS, RENEW_DAYS, Authority, fingerprint, spoken_for

NOW = int(datetime.now(UTC).timestamp() * 1000)
NAMES = ["barbox.local", "till.bar.example"]
HERE = ["192.168.1.5"]


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    made = Authority(tmp_path / "tls")
    assert made.renewed("0192-abcdef", NAMES, HERE, NOW)
    return made


def openssl_accepts(authority: Authority, leaf: Path, *more: str) -> str:
    """What an independent reader of certificates says; empty where it finds no fault."""
    ca = leaf.parent / "authority.pem"
    ca = ca if ca.exists() else authority.chain_file.parent / "authority.pem"
    run = subprocess.run(
        ["openssl", "verify", "-x509_strict", "-CAfile", str(ca), *more, str(leaf)],
        capture_output=True,
        text=True,
        check=False,
    )
    return "" if run.returncode == 0 else run.stderr + run.stdout


def forged(authority: Authority, where: Path, *names: x509.GeneralName) -> Path:
    """What somebody with the authority's stolen key would make."""
    folder = authority.chain_file.parent
    key = serialization.load_pem_private_key((folder / "authority.key").read_bytes(), password=None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    issuer = x509.load_pem_x509_certificate((folder / "authority.pem").read_bytes())
    moment = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([]))
        .issuer_name(issuer.subject)
        .public_key(ec.generate_private_key(ec.SECP256R1()).public_key())
        .serial_number(1)
        .not_valid_before(moment - timedelta(days=1))
        .not_valid_after(moment + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=True)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    where.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return where


def test_openssl_takes_the_box_by_its_names_and_address(authority: Authority) -> None:
    for how, what in (("-verify_hostname", "barbox.local"), ("-verify_ip", "192.168.1.5")):
        assert openssl_accepts(authority, authority.chain_file, "-purpose", "sslserver", how, what) == ""
    assert "mismatch" in openssl_accepts(authority, authority.chain_file, "-verify_hostname", "evil.example")


def test_a_stolen_authority_cannot_pose_as_a_bank(authority: Authority, tmp_path: Path) -> None:
    ours = forged(authority, tmp_path / "ours.pem", x509.DNSName("barbox-2.local"))
    assert openssl_accepts(authority, ours) == ""
    public = ipaddress.ip_address("93.184.216.34")
    for name in (x509.DNSName("mybank.example"), x509.DNSName("other.local"), x509.IPAddress(public)):
        refused = openssl_accepts(authority, forged(authority, tmp_path / "evil.pem", name))
        assert "permitted subtree violation" in refused, name


def test_the_authority_is_good_for_ten_years_and_signs_nothing_that_signs(authority: Authority) -> None:
    certificate = authority.certificate("0192-abcdef", NAMES, NOW)
    years = (certificate.not_valid_after_utc - datetime.fromtimestamp(NOW / 1000, UTC)).days / 365
    assert 9.9 < years < 10.1
    basic = certificate.extensions.get_extension_for_class(x509.BasicConstraints)
    assert (basic.critical, basic.value.ca, basic.value.path_length) == (True, True, 0)
    assert certificate.extensions.get_extension_for_class(x509.NameConstraints).critical
    assert len(fingerprint(certificate)) == 95


def test_the_certificate_is_renewed_before_it_lapses_and_the_authority_stays(authority: Authority) -> None:
    first = authority.leaf()
    assert (first.not_valid_after_utc - datetime.fromtimestamp(NOW / 1000, UTC)).days in (LEAF_DAYS - 1, LEAF_DAYS)
    trusted = authority.certificate("0192-abcdef", NAMES, NOW)
    assert not authority.renewed("0192-abcdef", NAMES, HERE, NOW + (LEAF_DAYS - RENEW_DAYS - 1) * DAY_MS)
    assert authority.renewed("0192-abcdef", NAMES, HERE, NOW + (LEAF_DAYS - RENEW_DAYS + 1) * DAY_MS)
    assert authority.leaf().serial_number != first.serial_number
    assert authority.certificate("0192-abcdef", NAMES, NOW + 900 * DAY_MS) == trusted, "tablets need not trust anew"


def test_a_new_address_or_name_has_a_new_certificate(authority: Authority) -> None:
    assert not authority.renewed("0192-abcdef", NAMES, HERE, NOW)
    assert authority.renewed("0192-abcdef", ["barbox-2.local"], ["10.0.0.7", "192.168.1.5"], NOW)
    assert spoken_for(authority.leaf()) == {"barbox-2.local", "10.0.0.7", "192.168.1.5"}
    assert not authority.renewed("0192-abcdef", ["barbox-2.local"], ["10.0.0.7"], NOW), "one address less is no reason"
    assert authority.renewed("0192-abcdef", NAMES, ["10.0.0.8", "8.8.8.8"], NOW)
    assert spoken_for(authority.leaf()) == {*NAMES, "10.0.0.8"}, "of public addresses it may not speak"


def test_a_plug_pulled_between_key_and_certificate_does_no_harm(authority: Authority, tmp_path: Path) -> None:
    other = Authority(tmp_path / "other")
    other.renewed("x", NAMES, HERE, NOW)
    authority.leaf_key_file.write_bytes(other.leaf_key_file.read_bytes())
    assert authority.renewed("0192-abcdef", NAMES, HERE, NOW)
    authority.context()
    authority.chain_file.unlink()
    assert authority.renewed("0192-abcdef", NAMES, HERE, NOW)


def test_keys_are_the_boxs_alone_and_old_tls_is_not_spoken(authority: Authority) -> None:
    for file in authority.chain_file.parent.iterdir():
        assert file.stat().st_mode & 0o777 == 0o600, file
    assert authority.chain_file.parent.stat().st_mode & 0o777 == 0o700
    assert authority.context().minimum_version == ssl.TLSVersion.TLSv1_2
