//! Messages there and back, and what is no message.

use super::*;

#[test]
fn what_is_written_is_read() {
    let mut wire = Vec::new();
    let opening = Opening {
        session: 3,
        worker: 9,
    };
    let header = ChunkHeader {
        room: 0x1234_5678_9abc_def0,
        chunk: 7,
        checksum: 0xdead_beef,
        targets: vec![5, 1, u32::MAX],
    };
    opening.write(&mut wire).unwrap();
    header.write(&mut wire).unwrap();
    Ack::RoomClosed.write(&mut wire).unwrap();
    write_message(&mut wire, &ToPrefill::Bye).unwrap();
    let mut wire = &wire[..];
    assert_eq!(Opening::read(&mut wire).unwrap(), Some(opening));
    assert_eq!(ChunkHeader::read(&mut wire).unwrap(), Some(header));
    assert_eq!(Ack::read(&mut wire).unwrap(), Ack::RoomClosed);
    let message = read_message(&mut wire).unwrap();
    assert!(matches!(message, Some(ToPrefill::Bye)));
    assert!(read_message::<ToPrefill>(&mut wire).unwrap().is_none());
}

#[test]
fn garbage_is_an_error_and_allocates_nothing() {
    let garbage = [0xff; 64];
    assert!(Opening::read(&mut &garbage[..]).is_err());
    assert!(ChunkHeader::read(&mut &garbage[..]).is_err());
    assert!(Ack::read(&mut &garbage[..]).is_err());
    assert!(read_message::<ToDecode>(&mut &garbage[..]).is_err());
    let cut = *b"CHNK\0\0\0\0";
    assert!(ChunkHeader::read(&mut &cut[..]).is_err());
}
