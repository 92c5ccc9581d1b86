//! Which host this is.

use std::fs;

use once_cell::sync::Lazy;

static HOST_ID: Lazy<String> = Lazy::new(|| {
    machine_id()
        .or_else(mac_address)
        .unwrap_or_else(|| "unknown".to_owned())
});

/// The id of this host: `/etc/machine-id`, else the MAC address of a network device, else `unknown`. Read once.
#[must_use]
pub fn host_id() -> &'static str {
    &HOST_ID
}

fn machine_id() -> Option<String> {
    first_word("/etc/machine-id")
}

fn mac_address() -> Option<String> {
    let mut devices: Vec<_> = fs::read_dir("/sys/class/net")
        .ok()?
        .filter_map(|device| Some(device.ok()?.path().join("address")))
        .collect();
    devices.sort();
    devices.into_iter().find_map(|path| {
        let mac = first_word(path)?.replace(':', "");
        mac.bytes().any(|digit| digit != b'0').then_some(mac)
    })
}

fn first_word(path: impl AsRef<std::path::Path>) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    text.split_whitespace().next().map(str::to_owned)
}
