// The boards that are measured: five an editor for devicetrees was measured with before, and the largest.

import type { EditedBoard } from './measure-editing.ts';

const dts = 'arch/arm64/boot/dts';

export const BOARDS: readonly EditedBoard[] = [
  {
    board: `${dts}/qcom/sc7180-trogdor-lazor-limozeen-nots-r5.dts`,
    edited: `${dts}/qcom/sc7180-trogdor.dtsi`,
  },
  {
    board: `${dts}/renesas/r8a77951-salvator-xs.dts`,
    edited: `${dts}/renesas/r8a77951-salvator-xs.dts`,
  },
  { board: `${dts}/freescale/imx8mm-evk.dts`, edited: `${dts}/freescale/imx8mm-evk.dtsi` },
  {
    board: `${dts}/xilinx/zynqmp-zcu102-rev1.0.dts`,
    edited: `${dts}/xilinx/zynqmp-zcu102-revA.dts`,
  },
  { board: `${dts}/hisilicon/hi6220-hikey.dts`, edited: `${dts}/hisilicon/hi6220-hikey.dts` },
  // The largest expanded text of arm64 and arm in linux 6.1.
  {
    board: `${dts}/nvidia/tegra234-p3737-0000+p3701-0000.dts`,
    edited: `${dts}/nvidia/tegra234-p3737-0000+p3701-0000.dts`,
  },
];
