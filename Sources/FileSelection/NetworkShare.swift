internal import Files

/// File systems that do not tell of changes: another machine makes them, or a program behind FUSE.
enum NetworkShare {
  /// The type of the file system that a folder is on, such as `nfs4`; nil if it tells of changes itself.
  static func type(of folder: FilePath) -> String? {
    guard let device = try? FileStatus(of: folder).identity.device,
      let mounts = try? WholeFile.read("/proc/self/mountinfo")
    else { return nil }
    return type(ofDevice: device, in: mounts)
  }

  /// The type of a file system by its device number and the mounts of proc(5):
  /// `36 35 0:34 / /mnt rw,noatime shared:1 - nfs4 server:/export rw`.
  static func type(ofDevice device: UInt64, in mounts: [UInt8]) -> String? {
    let major = device >> 8 & 0xFFF | device >> 32 & 0xFFFF_F000
    let minor = device & 0xFF | device >> 12 & 0xFFFF_FF00
    for line in mounts.split(separator: UInt8(ascii: "\n")) {
      let words = line.split(separator: UInt8(ascii: " ")).map { String(decoding: $0, as: UTF8.self) }
      guard words.count > 3, words[2] == "\(major):\(minor)", let dash = words.firstIndex(of: "-"),
        dash + 1 < words.count
      else { continue }
      let type = words[dash + 1]
      return names.contains(type) || type.hasPrefix("fuse") && type != "fuseblk" ? type : nil
    }
    return nil
  }

  private static let names: Set<String> = [
    "nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "ceph", "afs", "lustre", "coda", "ncpfs", "vboxsf", "vmhgfs",
    "prl_fs", "virtiofs", "gpfs", "beegfs", "gfs2", "ocfs2", "drvfs",
  ]
}
