internal import Images
internal import Tensors

/// What Pillow and scikit-image make of `sample(x, y, channel, bits: 8)`; written by make_fixtures.py.
enum ResizeGolden {
  /// Pillow's `resize` of 8-bit samples.
  static let filtered: [FilteredCase] = [
    FilteredCase(
      from: Size(height: 5, width: 7), to: Size(height: 4, width: 3), channels: 3, filter: .triangle,
      expected: [
        21, 42, 63, 53, 74, 95, 86, 106, 127, 64, 85, 106, 102, 122, 143, 139, 159, 180, 108, 129, 150, 150, 170,
        191, 192, 213, 180, 152, 173, 193, 199, 208, 184, 177, 115, 72,
      ]),
    FilteredCase(
      from: Size(height: 5, width: 7), to: Size(height: 4, width: 3), channels: 3, filter: .lanczos3,
      expected: [
        14, 35, 55, 48, 69, 90, 83, 104, 122, 59, 80, 101, 99, 119, 138, 138, 157, 189, 107, 127, 144, 152, 173, 208,
        204, 232, 188, 149, 173, 206, 216, 224, 188, 174, 103, 47,
      ]),
    FilteredCase(
      from: Size(height: 3, width: 4), to: Size(height: 7, width: 9), channels: 1, filter: .triangle,
      expected: [
        0, 2, 9, 15, 21, 27, 34, 40, 43, 5, 7, 14, 20, 27, 33, 40, 46, 49, 20, 23, 30, 36, 43, 50, 57, 63, 66, 35,
        38, 45, 52, 60, 67, 74, 81, 84, 50, 53, 61, 68, 76, 84, 91, 99, 102, 66, 69, 77, 85, 93, 100, 108, 117, 120,
        71, 74, 82, 90, 98, 106, 114, 123, 126,
      ]),
    FilteredCase(
      from: Size(height: 3, width: 4), to: Size(height: 7, width: 9), channels: 1, filter: .lanczos3,
      expected: [
        0, 0, 3, 11, 17, 23, 31, 38, 41, 2, 3, 9, 17, 24, 30, 38, 45, 48, 12, 14, 21, 29, 36, 43, 51, 58, 61, 33, 36,
        43, 52, 60, 67, 76, 83, 86, 55, 58, 66, 75, 84, 91, 101, 108, 112, 67, 71, 78, 88, 96, 104, 113, 121, 125,
        73, 77, 84, 94, 102, 110, 120, 128, 132,
      ]),
    FilteredCase(
      from: Size(height: 1, width: 1), to: Size(height: 2, width: 3), channels: 3, filter: .triangle,
      expected: [
        0, 20, 41, 0, 20, 41, 0, 20, 41, 0, 20, 41, 0, 20, 41, 0, 20, 41,
      ]),
    FilteredCase(
      from: Size(height: 1, width: 1), to: Size(height: 2, width: 3), channels: 3, filter: .lanczos3,
      expected: [
        0, 20, 41, 0, 20, 41, 0, 20, 41, 0, 20, 41, 0, 20, 41, 0, 20, 41,
      ]),
    FilteredCase(
      from: Size(height: 3, width: 127), to: Size(height: 2, width: 5), channels: 1, filter: .triangle,
      expected: [
        122, 128, 128, 129, 129, 129, 124, 124, 127, 125,
      ]),
    FilteredCase(
      from: Size(height: 3, width: 127), to: Size(height: 2, width: 5), channels: 1, filter: .lanczos3,
      expected: [
        118, 134, 127, 127, 132, 131, 123, 124, 126, 127,
      ]),
    FilteredCase(
      from: Size(height: 9, width: 13), to: Size(height: 4, width: 13), channels: 3, filter: .triangle,
      expected: [
        29, 50, 71, 45, 66, 86, 61, 82, 103, 77, 98, 119, 93, 114, 135, 109, 130, 151, 126, 146, 167, 142, 162, 183,
        157, 178, 148, 174, 143, 164, 190, 159, 180, 155, 175, 86, 171, 192, 102, 101, 122, 143, 121, 142, 162, 141,
        162, 176, 161, 175, 196, 175, 196, 160, 195, 160, 180, 159, 180, 94, 179, 93, 114, 93, 114, 66, 113, 65, 86,
        133, 85, 106, 84, 105, 107, 104, 125, 127, 183, 185, 205, 189, 140, 161, 144, 165, 79, 169, 83, 104, 87, 108,
        72, 112, 76, 97, 80, 101, 115, 104, 119, 140, 123, 143, 146, 148, 149, 170, 153, 174, 126, 178, 130, 150,
        133, 154, 175, 160, 71, 91, 78, 48, 69, 55, 76, 97, 84, 105, 125, 113, 133, 154, 141, 162, 183, 169, 190,
        211, 198, 124, 144, 132, 152, 63, 160, 71, 92, 79, 100, 69, 107, 77, 98, 84, 105, 126,
      ]),
    FilteredCase(
      from: Size(height: 9, width: 13), to: Size(height: 4, width: 13), channels: 3, filter: .lanczos3,
      expected: [
        22, 42, 63, 37, 54, 75, 49, 70, 92, 65, 87, 108, 82, 103, 140, 98, 135, 156, 130, 151, 177, 146, 171, 192,
        166, 187, 152, 182, 147, 168, 197, 163, 180, 158, 175, 81, 170, 191, 96, 96, 122, 143, 121, 158, 179, 157,
        178, 193, 178, 192, 213, 192, 213, 165, 212, 164, 185, 163, 184, 93, 183, 88, 109, 88, 108, 49, 107, 49, 70,
        132, 68, 106, 68, 105, 107, 104, 125, 127, 199, 202, 222, 205, 142, 163, 145, 166, 75, 170, 79, 100, 82, 103,
        55, 107, 59, 80, 63, 84, 99, 88, 119, 139, 122, 143, 162, 147, 165, 186, 153, 190, 126, 194, 131, 156, 134,
        155, 181, 157, 63, 84, 71, 36, 57, 44, 65, 91, 73, 99, 120, 107, 128, 165, 136, 173, 194, 181, 202, 224, 210,
        128, 148, 136, 156, 58, 165, 67, 88, 79, 96, 62, 104, 69, 90, 77, 98, 119,
      ]),
    FilteredCase(
      from: Size(height: 9, width: 13), to: Size(height: 9, width: 6), channels: 1, filter: .triangle,
      expected: [
        11, 39, 70, 102, 134, 162, 48, 80, 116, 152, 187, 219, 85, 120, 161, 201, 218, 68, 123, 161, 206, 170, 39,
        78, 160, 202, 188, 49, 93, 135, 197, 193, 54, 94, 147, 193, 187, 51, 85, 143, 200, 151, 115, 69, 130, 193,
        153, 52, 52, 110, 176, 161, 52, 109,
      ]),
    FilteredCase(
      from: Size(height: 9, width: 13), to: Size(height: 9, width: 6), channels: 1, filter: .lanczos3,
      expected: [
        8, 39, 71, 102, 134, 165, 45, 80, 116, 151, 187, 222, 82, 120, 161, 203, 234, 53, 118, 158, 223, 172, 22, 86,
        152, 216, 192, 31, 95, 140, 203, 201, 35, 93, 147, 198, 199, 35, 84, 139, 216, 146, 119, 53, 131, 211, 154,
        37, 46, 106, 194, 163, 35, 119,
      ]),
    FilteredCase(
      from: Size(height: 5, width: 3), to: Size(height: 3, width: 5), channels: 1, filter: .triangle,
      expected: [
        15, 21, 30, 39, 45, 71, 78, 89, 100, 107, 127, 135, 148, 161, 169,
      ]),
    FilteredCase(
      from: Size(height: 5, width: 3), to: Size(height: 3, width: 5), channels: 1, filter: .lanczos3,
      expected: [
        10, 14, 26, 38, 42, 70, 75, 89, 103, 108, 128, 135, 152, 168, 175,
      ]),
    FilteredCase(
      from: Size(height: 40, width: 1), to: Size(height: 3, width: 3), channels: 1, filter: .triangle,
      expected: [
        125, 125, 125, 126, 126, 126, 111, 111, 111,
      ]),
    FilteredCase(
      from: Size(height: 40, width: 1), to: Size(height: 3, width: 3), channels: 1, filter: .lanczos3,
      expected: [
        123, 123, 123, 130, 130, 130, 108, 108, 108,
      ]),
  ]

  /// FNV-1a (64 bits) of larger results of Pillow's.
  static let hashed: [HashedCase] = [
    HashedCase(
      from: Size(height: 480, width: 640), to: Size(height: 320, width: 320), channels: 3, filter: .triangle,
      hash: 0x59B9B89900D80E35),
    HashedCase(
      from: Size(height: 480, width: 640), to: Size(height: 320, width: 320), channels: 3, filter: .lanczos3,
      hash: 0xC29CA8637F4B3468),
    HashedCase(
      from: Size(height: 320, width: 320), to: Size(height: 595, width: 770), channels: 1, filter: .triangle,
      hash: 0x24B152873F576EFD),
    HashedCase(
      from: Size(height: 320, width: 320), to: Size(height: 595, width: 770), channels: 1, filter: .lanczos3,
      hash: 0xFC0A02A13BDDE109),
    HashedCase(
      from: Size(height: 37, width: 1001), to: Size(height: 320, width: 320), channels: 3, filter: .triangle,
      hash: 0xE11B2D6306DA674E),
    HashedCase(
      from: Size(height: 37, width: 1001), to: Size(height: 320, width: 320), channels: 3, filter: .lanczos3,
      hash: 0x1F942A492C676F96),
    HashedCase(
      from: Size(height: 198, width: 53), to: Size(height: 85, width: 34), channels: 3, filter: .triangle,
      hash: 0xA204BA1057B16706),
    HashedCase(
      from: Size(height: 198, width: 53), to: Size(height: 85, width: 34), channels: 3, filter: .lanczos3,
      hash: 0x3553033949D71E30),
    HashedCase(
      from: Size(height: 199, width: 118), to: Size(height: 145, width: 91), channels: 1, filter: .triangle,
      hash: 0x85393AB3A46BD646),
    HashedCase(
      from: Size(height: 199, width: 118), to: Size(height: 145, width: 91), channels: 1, filter: .lanczos3,
      hash: 0x9D2323D17DBBF713),
  ]

  /// scikit-image's `resize(order=1, mode='constant', anti_aliasing=False)`, as planes.
  static let bilinear: [BilinearCase] = [
    BilinearCase(
      from: Size(height: 5, width: 7), to: Size(height: 4, width: 3),
      expected: [
        0.0544118, 0.1887255, 0.3232026, 0.2339869, 0.3911765, 0.5491830, 0.4161765, 0.5946078, 0.7746732, 0.5964052,
        0.7990196, 0.7068627, 0.1356209, 0.2710784, 0.4053922, 0.3158497, 0.4720588, 0.6297386, 0.4964052, 0.6754902,
        0.8560458, 0.6784314, 0.8779412, 0.2024510, 0.2156863, 0.3500000, 0.4854575, 0.3972222, 0.5544118, 0.7116013,
        0.5777778, 0.7578431, 0.7271242, 0.7596405, 0.9602941, 0.2426471,
      ]),
    BilinearCase(
      from: Size(height: 3, width: 4), to: Size(height: 5, width: 6),
      expected: [
        0.0000000, 0.0219608, 0.0512418, 0.0805229, 0.1113725, 0.1124183, 0.0457516, 0.0839216, 0.1228758, 0.1626144,
        0.2027451, 0.1941176, 0.1143791, 0.1686275, 0.2111111, 0.2555556, 0.2980392, 0.2745098, 0.1849673, 0.2556863,
        0.3009150, 0.3469281, 0.3933333, 0.3568627, 0.1856209, 0.2509804, 0.2886275, 0.3262745, 0.3654902, 0.3294118,
        0.0522876, 0.0862745, 0.1171242, 0.1464052, 0.1772549, 0.1673203, 0.1124183, 0.1650980, 0.2052288, 0.2449673,
        0.2850980, 0.2627451, 0.1830065, 0.2509804, 0.2934641, 0.3379085, 0.3803922, 0.3431373, 0.2516340, 0.3368627,
        0.3832680, 0.4292810, 0.4745098, 0.4235294, 0.2379085, 0.3152941, 0.3545098, 0.3921569, 0.4298039, 0.3816993,
        0.1071895, 0.1505882, 0.1803922, 0.2117647, 0.2415686, 0.2196078, 0.1810458, 0.2462745, 0.2853595, 0.3256209,
        0.3654902, 0.3294118, 0.2516340, 0.3333333, 0.3751634, 0.4169935, 0.4607843, 0.4117647, 0.3202614, 0.4180392,
        0.4633987, 0.5099346, 0.5560784, 0.4921569, 0.2928105, 0.3796078, 0.4177778, 0.4575163, 0.4956863, 0.4366013,
      ]),
    BilinearCase(
      from: Size(height: 1, width: 1), to: Size(height: 2, width: 3),
      expected: [
        0.0000000, 0.0000000, 0.0000000, 0.0000000, 0.0000000, 0.0000000, 0.0392157, 0.0588235, 0.0392157, 0.0392157,
        0.0588235, 0.0392157, 0.0803922, 0.1205882, 0.0803922, 0.0803922, 0.1205882, 0.0803922,
      ]),
    BilinearCase(
      from: Size(height: 3, width: 127), to: Size(height: 2, width: 4),
      expected: [
        0.6825980, 0.5365196, 0.3904412, 0.2424020, 0.3164216, 0.5350490, 0.7540441, 0.2192402, 0.7645833, 0.6180147,
        0.4702206, 0.3232843, 0.3973039, 0.6165441, 0.1772059, 0.3012255, 0.0928922, 0.6976716, 0.5517157, 0.4050245,
        0.4796569, 0.6987745, 0.1620098, 0.3811275,
      ]),
    BilinearCase(
      from: Size(height: 5, width: 3), to: Size(height: 3, width: 5),
      expected: [
        0.0366013, 0.0687582, 0.1032680, 0.1385621, 0.1296732, 0.2227451, 0.3066667, 0.3490196, 0.3913725, 0.3356863,
        0.4078431, 0.5437908, 0.5947712, 0.6449673, 0.5427451, 0.1003922, 0.1495425, 0.1856209, 0.2209150, 0.1955556,
        0.2854902, 0.3866667, 0.4313725, 0.4737255, 0.4015686, 0.4737255, 0.6256209, 0.6758170, 0.7267974, 0.6086275,
        0.1662745, 0.2308497, 0.2653595, 0.3014379, 0.2603922, 0.3513725, 0.4674510, 0.5098039, 0.5545098, 0.4674510,
        0.5375163, 0.7064052, 0.7581699, 0.8083660, 0.6734641,
      ]),
  ]
}
