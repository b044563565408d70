import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The workspace in which a person works: the primary key allows one a person. */
@Entity('active_workspaces')
export class ActiveWorkspace {
  @PrimaryColumn('uuid', { name: 'user_id' })
  userId!: string;

  @Column('uuid', { name: 'organization_id' })
  organizationId!: string;

  @Column('uuid', { name: 'workspace_id' })
  workspaceId!: string;

  @Column({
    type: 'timestamptz',
    precision: 3,
    name: 'selected_at',
    default: () => 'now()',
  })
  selectedAt!: Date;
}
